"""Telescopes that are asked by program; each is a file of this package."""

from skyportal.plugins import Registry

from .base import Facility

facilities: Registry[Facility] = Registry("facilities")
facilities.autodiscover(__name__)


def by_classname(name: str | None) -> type[Facility] | None:
    """The driver that the public API calls so; None where this site has none of that name."""
    return next((driver for driver in facilities if driver.classname == name), None) if name else None


__all__ = ["Facility", "by_classname", "facilities"]
