"""Alert brokers: one file each, found by their key."""

from skyportal.plugins import Registry

from .base import Driver

drivers: Registry[Driver] = Registry("brokers")
drivers.autodiscover(__name__)


def by_classname(name: str) -> type[Driver] | None:
    """The driver that the public API knows by this class name."""
    return next((driver for driver in drivers if driver.classname == name), None)


__all__ = ["Driver", "by_classname", "drivers"]
