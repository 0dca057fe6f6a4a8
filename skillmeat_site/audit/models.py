"""The records are made where their models are; see `skillmeat_site.audit.trail`.

Without this module ``migrate`` would make no permissions to view them.
"""
