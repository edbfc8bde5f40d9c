"""Behind a proxy that ends TLS: cookies only over https, hosts named in the environment."""

from .base import *  # noqa: F403
from .base import DATABASES, env

# Behind PgBouncer in transaction mode a prepared statement may be sought on a connection that never heard of it.
# Where the site talks to PostgreSQL directly, DATABASE_PREPARE_AFTER=3 makes pages a little faster.
if "DATABASE_PREPARE_AFTER" not in env.ENVIRON:
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
