"""The WSGI application that a server such as gunicorn loads."""

import os

from django.core.wsgi import get_wsgi_application

from skillmeat_site.common.chunked import accept_chunked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillmeat_site.settings")
application = accept_chunked(get_wsgi_application())
