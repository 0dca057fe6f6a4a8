"""The WSGI application that a server such as gunicorn loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from skillmeat_site.api.wsgi import omit_body_of_head, read_body, replace_broken_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillmeat_site.settings")
application = omit_body_of_head(replace_broken_content_type(read_body(get_wsgi_application())))
# What was loaded stays, so the garbage collector need not go through it again and again.
gc.freeze()
