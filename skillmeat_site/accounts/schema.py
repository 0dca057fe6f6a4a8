"""How the OpenAPI document calls our ways to authenticate; drf-spectacular finds it once it is imported."""

from drf_spectacular.authentication import TokenScheme


class BearerScheme(TokenScheme):
    """A name of its own; DRF's ``Token`` has drf-spectacular's."""

    target_class = "skillmeat_site.accounts.authentication.BearerAuthentication"
    name = "bearerAuth"
    priority = 1
