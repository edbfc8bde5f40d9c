"""One data folder: its secrets, remembered ports, and the locks that let commands share it."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import CannotStart


@dataclass
class Instance:
    """A data folder. Nothing is written until something is asked of it."""

    data: Path
    fast: bool = False
    _users: int | None = field(default=None, repr=False)

    def make(self) -> None:
        """The folder exists; one we make may be crossed by the database's own user, whatever the umask."""
        try:
            for folder in reversed([self.data, *self.data.parents]):
                if not folder.exists():
                    folder.mkdir()
                    folder.chmod(0o755)
        except OSError as error:
            raise CannotStart(f"cannot make the data folder {self.data}: {error.strerror}. Set DATA=...") from error

    # What must survive a restart -------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """Passwords and keys, made once, readable by their owner only."""
        path = self.data / "secrets.json"
        if not path.exists():
            self.make()
            _write(
                path,
                {
                    "secret_key": secrets.token_urlsafe(48),
                    "encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                    "postgres": secrets.token_urlsafe(24),
                    "redis": secrets.token_urlsafe(24),
                },
            )
        return _read(path)

    def remembered(self, name: str) -> str | None:
        """A fact noted at an earlier start: `home`, or the port of a service."""
        path = self.data / "services.json"
        return _read(path).get(name) if path.exists() else None

    def home(self) -> Path | None:
        """Where its services keep their data; None before the first start.

        What lies in the folder goes before what was noted: the copy of a folder notes where its original is, and must
        never write, nor delete, there.
        """
        own = self.data / "services"
        if own.is_dir():
            return own
        noted = self.remembered("home")
        return Path(noted) if noted else None

    def remember(self, name: str, value: str) -> None:
        path = self.data / "services.json"
        _write(path, {**(_read(path) if path.exists() else {}), name: value})

    def port(self, name: str) -> int:
        """The port this service had last time when it is still free, else another one."""
        last = int(self.remembered(name) or 0)
        port = last if last and is_free(last) else free_port()
        self.remember(name, str(port))
        return port

    # Who is using it -------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Starting and stopping, one process at a time."""
        self.make()
        handle = _open(self.data / "lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def enter(self) -> None:
        """Count me as a user. The kernel forgets me when I die, however I die."""
        if self._users is None:
            self._users = _open(self.data / "users")
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def is_last_user(self) -> bool:
        """Whether I am alone. Call only while holding `locked()`, so that nobody enters meanwhile."""
        assert self._users is not None
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError as error:
        raise CannotStart(f"{path.parent} belongs to another user; choose another folder with DATA=...") from error


def _read(path: Path) -> dict[str, str]:
    try:
        return json.loads(path.read_text())
    except PermissionError as error:
        raise CannotStart(f"{path} belongs to another user; choose another folder with DATA=...") from error


def _write(path: Path, content: dict[str, str]) -> None:
    """Replace the file in one step, so that a reader never meets half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
    fresh.replace(path)
