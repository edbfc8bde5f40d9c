"""Names of things, shared by every way of running. Values that differ come from the environment."""

from pathlib import Path

import environ

from skyportal.web.pooled import PooledConnection

ROOT = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

DATA = Path(env("DATA", default=str(ROOT / "var"))).resolve()

SECRET_KEY = env("SECRET_KEY")
# Fernet keys for secrets at rest, newest first; older ones stay to read what they wrote.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://localhost:8000")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_celery_beat",
    "skyportal.access",
    "skyportal.journal",
    "skyportal.live",
    "skyportal.web",
    "skyportal.api",
    "apps.groups",
    "apps.sources",
    "apps.candidates",
    "apps.followup",
    "apps.gcn",
    "apps.analysis",
    "apps.shifts",
    "apps.notifications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "skyportal.web.metrics.MetricsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "skyportal.web.csp.ContentSecurityPolicyMiddleware",
    "apps.groups.middleware.ViewerMiddleware",
    "skyportal.web.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "skyportal.urls"
ASGI_APPLICATION = "skyportal.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [f"skyportal.web.templatetags.{name}" for name in ("sky", "addresses", "controls")],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "skyportal.web.context.frame",
                "apps.groups.context.acting",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Three for a direct connection. In production nothing is prepared unless asked for: see prod.py.
prepare_after = env.int("DATABASE_PREPARE_AFTER", default=3)
DATABASES = {
    "default": {
        **env.db("DATABASE_URL"),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # See access/prepared.py; -1 for a proxy that deals connections out by transaction.
            "prepare_threshold": prepare_after if prepare_after >= 0 else None,
            "pool": {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL_SIZE", default=10),
                "timeout": 20,
                "connection_class": PooledConnection,
            },
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "groups.User"
AUTHENTICATION_BACKENDS = ["apps.groups.authentication.Passwords"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

REDIS_URL = env("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{REDIS_URL}/1"}}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [f"{REDIS_URL}/2"]}}
}

CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(ROOT / "staticfiles")))
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "skyportal.web.assets.PackagedAssetsFinder",
]
MEDIA_ROOT = DATA / "files"
MEDIA_URL = "files/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "skyportal.web.assets.HashedStaticFilesStorage"},
}

REST_FRAMEWORK = {
    "URL_FORMAT_OVERRIDE": None,  # the public API has its own parameter called format
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.groups.api.auth.TokenAuthentication",
        "apps.groups.api.auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["skyportal.api.auth.IsKnown"],
    "DEFAULT_RENDERER_CLASSES": ["skyportal.api.envelope.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["skyportal.api.params.LenientJSONParser"],
    "EXCEPTION_HANDLER": "skyportal.api.envelope.handle",
    "DEFAULT_SCHEMA_CLASS": "skyportal.api.schema.CompatibleSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SkyPortal API",
    "DESCRIPTION": "Alerts, candidates, sources, follow-up and multi-messenger events. "
    "Authenticate with the header `Authorization: token <your token>`.",
    "VERSION": "1.4.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api",
}

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="skyportal@localhost")

DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024

# Services of others
# Hosts of our own network that may be asked nevertheless (a mirror, a proxy).
OUTSIDE_PRIVATE_HOSTS = env.list("OUTSIDE_PRIVATE_HOSTS", default=[])
GAIA_TAP = env("GAIA_TAP", default="https://gea.esac.esa.int/tap-server/tap/sync")
HIPS_CUTOUTS = env("HIPS_CUTOUTS", default="https://alasky.cds.unistra.fr/hips-image-services/hips2fits")
SDSS_CUTOUTS = env("SDSS_CUTOUTS", default="https://skyserver.sdss.org/dr18/SkyServerWS/ImgCutout/getjpeg")
LEGACY_CUTOUTS = env("LEGACY_CUTOUTS", default="https://www.legacysurvey.org/viewer/jpeg-cutout")
PS1_CUTOUTS = env("PS1_CUTOUTS", default="https://ps1images.stsci.edu/cgi-bin")
# Where catalogues are asked instead of at their home: `gaia=https://mirror/tap/sync,vizier=…`.
CATALOG_SERVICES = env.dict("CATALOG_SERVICES", default={})

# Alerts
# A folder, or an object store: `s3://bucket/prefix?region=…` (see docs/operations.md).
ALERT_ARCHIVE: str | Path = env("ALERT_ARCHIVE", default="") or DATA / "archive"
# How many nights the archive keeps: packets (0: all of them), and their pictures, which are nine tenths of the bytes.
ALERT_NIGHTS = env.int("ALERT_NIGHTS", default=0)
ALERT_PICTURE_NIGHTS = env.int("ALERT_PICTURE_NIGHTS", default=30)
# A back-test that takes longer fails; below the quarter of an hour after which a worker counts as dead.
BACK_TEST_SECONDS = env.int("BACK_TEST_SECONDS", default=600)
KAFKA_SERVERS = env("KAFKA_SERVERS", default="")

# Multi-messenger events: sky maps of events younger than this are matched with everything that arrives.
GCN_ACTIVE_DAYS = env.int("GCN_ACTIVE_DAYS", default=30)

# Archives that are asked what they know of an event.
GRACEDB_URL = env("GRACEDB_URL", default="https://gracedb.ligo.org")
TACH_URL = env("TACH_URL", default="https://heasarc.gsfc.nasa.gov/wsgi-scripts/tach/gcn_v2/tach.wsgi/graphql_fast")
GCN_CIRCULARS_URL = env("GCN_CIRCULARS_URL", default="https://gcn.nasa.gov/circulars")

# GCN: credentials of a client made at https://gcn.nasa.gov/quickstart; GCN_DOMAIN=test.gcn.nasa.gov is its test stage.
# Without credentials nobody listens, unless GCN_SERVERS names a mirror.
GCN_CLIENT_ID = env("GCN_CLIENT_ID", default="")
GCN_CLIENT_SECRET = env("GCN_CLIENT_SECRET", default="")
GCN_DOMAIN = env("GCN_DOMAIN", default="gcn.nasa.gov")
GCN_SERVERS = env("GCN_SERVERS", default="")
GCN_TOKEN_URL = env("GCN_TOKEN_URL", default="")
GCN_PROTOCOL = env("GCN_PROTOCOL", default="SASL_SSL")
GCN_GROUP_ID = env("GCN_GROUP_ID", default="")
# Names, or patterns that begin with ^. Of the classic notices those that tell of an event, not of a spacecraft.
GCN_TOPICS = env.list(
    "GCN_TOPICS",
    default=[
        "igwn.gwalert",
        "gcn.circulars",
        r"^gcn\.notices\..*",
        r"^gcn\.classic\.voevent\.(AMON|ICECUBE|HAWC|SK_SN|SNEWS|GECAM|CALET|MAXI_UNKNOWN|IPN|AGILE_GRB|AGILE_MCAL)_?.*",
        r"^gcn\.classic\.voevent\.FERMI_(GBM_(ALERT|FLT_POS|GND_POS|FIN_POS|SUBTHRESH)|LAT_(POS_.*|OFFLINE|GND))$",
        r"^gcn\.classic\.voevent\.SWIFT_(BAT_GRB_POS_ACK|BAT_SUBSUB|BAT_SUB_THRESHOLD|BAT_QL_POS|XRT_POSITION|UVOT_POS)$",
        r"^gcn\.classic\.voevent\.INTEGRAL_(WAKEUP|REFINED|OFFLINE|WEAK|SPIACS)$",
    ],
)

# The map of the Galaxy's dust: where it is kept, and where `fetch_dust_map` gets it (131 MB, two FITS files).
DUST_MAPS = Path(env("DUST_MAPS", default=str(DATA / "dust")))
DUST_MAPS_URL = env("DUST_MAPS_URL", default="https://raw.githubusercontent.com/kbarbary/sfddata/master")

# Catalogues that an administrator may have read in by the name of their file.
CATALOGS = Path(env("CATALOGS", default=str(DATA / "catalogs")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "httpx": {"level": "WARNING"}},
}
