"""PostgreSQL and Redis for whoever brings none, and the processes of one instance.

An *instance* is a data folder (`DATA`, by default `var/` in the checkout): its database, queue, files
and secrets. `ensure()` makes its services answer and puts their addresses into the environment, where
the settings read them. Only the standard library and psycopg are used here: this runs before Django.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class CannotStart(Exception):
    """A service could not be started; the text says why and what to do."""


def ensure(data: Path | None = None, *, fast: bool = False) -> None:
    """Make the environment complete: start what was not given, and say where it is.

    `fast` gives up safety against power cuts for speed: for tests, whose data nobody will miss.
    """
    data = Path(data or os.environ.get("DATA") or ROOT / "var").resolve()
    os.environ["DATA"] = str(data)
    missing = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
    # In production a key made up here would differ from machine to machine: there it must be given.
    production = os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".prod")
    try:
        if missing:
            _attach(data, missing, fast)
        if missing or not (os.environ.get("SECRET_KEY") or production):
            _set_secrets(data)
    except CannotStart as reason:
        raise SystemExit(f"skyportal: {reason}") from reason


def _attach(data: Path, missing: set[str], fast: bool) -> None:
    from .instance import Instance
    from .services import attach, leave

    instance = Instance(data, fast=fast)
    os.environ.update(attach(instance, missing))
    atexit.register(leave, instance, os.getpid())


def _set_secrets(data: Path) -> None:
    from .instance import Instance

    secrets = Instance(data).secrets()
    os.environ.setdefault("SECRET_KEY", secrets["secret_key"])
    os.environ.setdefault("ENCRYPTION_KEYS", secrets["encryption_key"])
