"""The test suite: cheap passwords, plain static files, nothing sent anywhere."""

from .base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
CELERY_TASK_ALWAYS_EAGER = False
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Nobody outside is asked: a test that wants a service starts an emulator of it.
GAIA_TAP = HIPS_CUTOUTS = SDSS_CUTOUTS = LEGACY_CUTOUTS = PS1_CUTOUTS = "http://127.0.0.1:9"
