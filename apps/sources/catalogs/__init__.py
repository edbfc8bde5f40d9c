"""Catalogues of the sky that others keep: one file each, found by their key."""

from skyportal.plugins import Registry

from .base import Catalog

catalogs: Registry[Catalog] = Registry("catalogs")
catalogs.autodiscover(__name__)

__all__ = ["Catalog", "catalogs"]
