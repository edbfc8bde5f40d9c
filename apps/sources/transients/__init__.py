"""Services that publish transients, which are brought in as sources; each is a file of this package."""

from skyportal.plugins import Registry

from .base import Found, TransientService

transient_services: Registry[TransientService] = Registry("transient_services")
transient_services.autodiscover(__name__)

__all__ = ["Found", "TransientService", "transient_services"]
