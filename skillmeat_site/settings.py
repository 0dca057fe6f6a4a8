"""Settings of every installation, read from the environment.

The table in README.md lists what an operator may set. Everything else here is a decision of
the product and the same everywhere.
"""

import re
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from skillmeat_site.secret_key import stored_secret_key

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent


def _number(name: str, default: int, *, lowest: int = 1, highest: int) -> int:
    """What an environment variable says, which must be a number in its range."""
    try:
        number = env.int(name, default=default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, such as {default}.") from None
    if not lowest <= number <= highest:
        raise ImproperlyConfigured(f"{name} must be from {lowest} to {highest}, such as {default}.")
    return number


# --- Security ---------------------------------------------------------------------------------

# Tracebacks in the browser; never on a server that others can reach.
DEBUG = env.bool("DEBUG", default=False)

# Signs admin sessions and CSRF tokens; keys of tokens that are made with an Idempotency-Key come from it.
SECRET_KEY = env.str("SECRET_KEY", default="") or stored_secret_key(BASE_DIR / ".secret-key")

# Host names this server answers to; others get 400.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Origins (scheme and host) from which the admin's forms may be posted through a proxy.
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Switch on behind a proxy that ends TLS: redirects plain HTTP, keeps cookies off it, sends HSTS.
# Off by default, since `make run` serves plain HTTP to this machine.
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY

# Proxies in front of this server whose X-Forwarded-For is believed; 0 believes none.
TRUSTED_PROXIES = _number("TRUSTED_PROXIES", 0, lowest=0, highest=100)

# How long an API token is good for.
TOKEN_TTL_DAYS = _number("TOKEN_TTL_DAYS", 30, highest=36_500)

# Larger request bodies are refused with 413.
MAX_BODY_BYTES = 2 * 1024 * 1024

# The confirmation of an action in the admin has a field for each selected row.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_filters",
    "django_guid",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "rest_framework",
    "simple_history",
    "skillmeat_site.audit",
    "skillmeat_site.idempotency",
    "skillmeat_site.db",
    "collections_app",
    "groups_app",
    "deployments_app",
    "reports_app",
    "skillmeat_site.importing",
    "skillmeat_site.maintenance",
    # Last: after migrate it grants permissions on the models of all apps above.
    "skillmeat_site.accounts",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "skillmeat_site.api.middleware.strip_trailing_slash",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "skillmeat_site.api.middleware.ConditionalGet",
    "skillmeat_site.api.middleware.limit_body",
    "skillmeat_site.api.middleware.PageSession",
    "skillmeat_site.api.middleware.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "skillmeat_site.api.middleware.PageAuthentication",
    "skillmeat_site.api.middleware.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Tells the audit trail whose request it is.
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "skillmeat_site.urls"
WSGI_APPLICATION = "skillmeat_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "skillmeat_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"skillmeat_admin": "skillmeat_site.admin.template_filters"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

# DATABASE_URL leads to a PgBouncer in transaction mode, where each transaction may get another
# connection to PostgreSQL.
PGBOUNCER = env.bool("PGBOUNCER", default=False)

_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")


def _database_url() -> dict[str, Any]:
    """What DATABASE_URL says."""
    url = env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
    try:
        if env.DB_SCHEMES.get(url.partition(":")[0]) in _ENGINES:
            return env.db_url_config(url)
    except ValueError:
        pass  # Of a port, for example.
    # Without the value: it may have a password in it.
    raise ImproperlyConfigured(
        "DATABASE_URL must be like sqlite:////path/of/db.sqlite3 or postgres://user:password@host:5432/name."
    )


def _database(url: dict[str, Any]) -> dict[str, Any]:
    """Complete what DATABASE_URL says with what this product needs of that database."""
    if url["ENGINE"] == "django.db.backends.sqlite3":
        # FULL: a commit that was acknowledged survives a power cut, which WAL alone does not promise.
        # 6 MB of pages for each thread: one page of a long list takes more than the usual 2.
        url["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-6000;",
        }
        url |= {"ENGINE": "skillmeat_site.db.sqlite", "TEST": {"NAME": ":memory:"}}
    else:
        # A server that is gone is noticed at once, one that only fell silent within seconds.
        url["OPTIONS"] = {
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,
            # Compiling a query takes PostgreSQL longer than any query here, on a mere estimate.
            # PgBouncer refuses such a parameter of the session.
            **({} if PGBOUNCER else {"options": "-c jit=off"}),
            **url.get("OPTIONS", {}),
        }
        url |= {"CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": PGBOUNCER}
    url["CONN_MAX_AGE"] = 600
    return url


DATABASES = {"default": _database(_database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Whether `make run` puts demo content into a new database.
DEMO = env.bool("DEMO", default=True)

# --- Cache: login attempts, shared by all workers ---------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")

CACHES = {
    "database": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "skillmeat_cache",
        # At the default of 300 login attempts on other names would push out those on one.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    "redis": {
        "BACKEND": "skillmeat_site.api.cache.RedisOrDatabaseCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
}
CACHES["default"] = CACHES.pop("redis") if REDIS_URL else CACHES["database"]

# --- The API ----------------------------------------------------------------------------------

# For example "1000/min" per user; empty switches the limit off.
API_RATE_LIMIT = env.str("API_RATE_LIMIT", default="")
if API_RATE_LIMIT and not re.fullmatch("[1-9][0-9]*/[smhd][a-z]*", API_RATE_LIMIT):
    raise ImproperlyConfigured("API_RATE_LIMIT must be like 1000/min; sec, hour and day will do too.")

REST_FRAMEWORK = {
    # In the order in which the OpenAPI document names them.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "skillmeat_site.accounts.authentication.BearerAuthentication",
        "skillmeat_site.accounts.authentication.ApiTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["skillmeat_site.api.permissions.ModelPermissions"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"] if API_RATE_LIMIT else [],
    "DEFAULT_THROTTLE_RATES": {"user": API_RATE_LIMIT or None},
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_PARSER_CLASSES": ["skillmeat_site.api.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "skillmeat_site.api.negotiation.StrictNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["skillmeat_site.api.renderers.FastJSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["skillmeat_site.api.filters.ListFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "skillmeat_site.openapi.schema.ApiSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    # Neither OPTIONS descriptions nor ?format= are part of the contract.
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "skillmeat_site.api.exception_handler.ApiExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "skillmeat_site.api.exception_handler.ApiExceptionFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "x-change-reason",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"]

SPECTACULAR_SETTINGS = {
    "TITLE": "SkillMeat API",
    "DESCRIPTION": (
        "Which AI-agent artifacts do I have, how are they organised, and where is each one "
        "deployed, at which version and in which state?\n\n"
        "Log in with `POST /api/v1/auth/login` and send the token as `Authorization: Bearer <token>`. "
        "Every answer has an `X-Request-ID`, and the server's log has it too: name it when you report a "
        "problem."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    # The paths begin with the prefix already.
    "SERVERS": [{"url": "/"}],
    # Generated functions take them in the order of the path.
    "SORT_OPERATION_PARAMETERS": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # A create request must not demand `id`; an update is one component for PUT and PATCH.
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "ArtifactType": "collections_app.models.ArtifactType",
        "DeploymentStatus": "deployments_app.models.DeploymentStatus",
        "Evidence": "deployments_app.models.Evidence",
        "TokenScope": "skillmeat_site.api.permissions.TokenScope",
        "SyncStatus": "deployments_app.comparison.SyncStatus",
        "RolloutAction": "deployments_app.bulk.ACTION_CHOICES",
        "Change": "skillmeat_site.audit.changes.CHANGE_CHOICES",
        "ErrorType": "skillmeat_site.openapi.errors.ErrorType",
        "ErrorCode": "skillmeat_site.openapi.errors.ERROR_CODE_CHOICES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
        "skillmeat_site.openapi.hooks.close_components",
        "skillmeat_site.openapi.hooks.name_requests",
        "skillmeat_site.openapi.hooks.name_enums",
        "skillmeat_site.openapi.hooks.link_operations",
        "skillmeat_site.openapi.hooks.share_responses",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # The bundle without its logo: `skillmeat_site.openapi.views.redoc_bundle`.
    "REDOC_DIST": "/api/v1/redoc",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": True, "validatorUrl": None},
    # Its search index runs in a worker made from a blob.
    "REDOC_UI_SETTINGS": {"disableSearch": True, "nativeScrollbars": True},
    "TAGS": [
        {"name": "collections", "description": "Collections and the artifacts in them."},
        {"name": "groups", "description": "Ordered groups inside a collection."},
        {"name": "deployments", "description": "What is deployed where, and its summary."},
        {"name": "artifacts", "description": "Skills, commands, agents, MCP servers and hooks."},
        {"name": "projects", "description": "What artifacts are deployed to."},
        {"name": "auth", "description": "Tokens and the user behind them."},
    ],
}

# --- Pages: nothing is asked of another host ----------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # A script in the page starts Swagger UI and Redoc; the admin's Alpine.js evaluates attributes.
        "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Admin ------------------------------------------------------------------------------------

LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
# An old state would be restored past the services.
SIMPLE_HISTORY_REVERT_DISABLED = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
UNFOLD = {
    "SITE_TITLE": "SkillMeat",
    "SITE_HEADER": "SkillMeat",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "href": "data:,"}],
    "LOGIN": {"form": "skillmeat_site.accounts.forms.AdminLoginForm"},
    "DASHBOARD_CALLBACK": "skillmeat_site.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "skillmeat_site.admin.navigation.sidebar"},
}

# --- Texts, times and static files ------------------------------------------------------------

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Assets are served from the packages too, so that the server works before collectstatic.
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# --- Server -----------------------------------------------------------------------------------

# For gunicorn.conf.py. Checked here since `make run` comes here first, and gunicorn itself reads
# WEB_CONCURRENCY before that file.
_number("WEB_CONCURRENCY", 2, highest=1_000)
_number("WEB_THREADS", 8, highest=1_000)

# --- Logging ----------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")

DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    # CORS_EXPOSE_HEADERS lists it; the library would overwrite the others.
    "EXPOSE_HEADER": False,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "django_guid.log_filters.CorrelationId"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s [%(correlation_id)s] %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "django_guid": {"level": "WARNING"},
    },
}
