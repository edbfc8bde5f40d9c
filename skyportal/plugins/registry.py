"""Drivers found by key: one file each, no list to edit, no migration."""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

Driver = TypeVar("Driver")


class UnknownDriver(LookupError):
    """No driver has this key; the message names those that exist."""


class Registry(Generic[Driver]):
    """Classes by their ``key``, from every module of a package and from a site's own entry points.

    The key is what the database stores, so a driver may come and go without a migration.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._drivers: dict[str, type[Driver]] = {}
        self._packages: list[str] = []
        self._complete = False

    def add(self, driver: type[Driver]) -> type[Driver]:
        key = driver.key  # type: ignore[attr-defined]
        other = self._drivers.setdefault(key, driver)
        if other is not driver:
            raise ValueError(f"Two {self.name} drivers claim the key {key!r}: {other.__module__}, {driver.__module__}.")
        return driver

    def autodiscover(self, package: str) -> None:
        """Import every module of this package when a driver is first asked for."""
        self._packages.append(package)
        self._complete = False

    def __getitem__(self, key: str) -> type[Driver]:
        self._load()
        try:
            return self._drivers[key]
        except KeyError:
            known = ", ".join(sorted(self._drivers)) or "none"
            raise UnknownDriver(f"No {self.name} driver is called {key!r}; known: {known}.") from None

    def __iter__(self) -> Iterator[type[Driver]]:
        self._load()
        return iter(self._drivers.values())

    def __contains__(self, key: str) -> bool:
        self._load()
        return key in self._drivers

    def _load(self) -> None:
        if self._complete:
            return
        self._complete = True
        for name in self._packages:
            package = importlib.import_module(name)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{name}.{module.name}")
        for entry in entry_points(group=f"skyportal.{self.name}"):
            self.add(entry.load())
