"""`make reset`: stop the instance and delete what belongs to it, and nothing else in its folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from . import ROOT, CannotStart
from .account import ELSEWHERE
from .instance import Instance
from .services import stop

# What the site and its services write into a data folder. `var/test` is an instance of its own.
OWN = (
    "services", "services.json", "secrets.json", "files", "archive", "logs", "demo_night_ztf", "demo_night_lsst",
    "demo.json", "prepared", "running.json", "supervisor", "users", "lock",
)  # fmt: skip


def main() -> None:
    instance = Instance(Path(os.environ.get("DATA") or ROOT / "var").resolve())
    if not (instance.data / "services.json").exists() and not (instance.data / "secrets.json").exists():
        sys.exit(f"There is no instance in {instance.data}.")
    if os.environ.get("FORCE") != "1" and not _agreed(instance):
        sys.exit("Nothing was deleted.")
    try:
        _end_supervisor(instance)
        with instance.locked():
            instance.enter()
            if not instance.is_last_user():
                raise CannotStart("Another command is still using this instance; end it first. Nothing was deleted.")
            if instance.home():
                stop(instance)
            _delete(instance)
    except CannotStart as reason:
        sys.exit(str(reason))


def _agreed(instance: Instance) -> bool:
    print(f"This deletes the database, files, alert archive and secrets of the instance in {instance.data}.")
    if os.environ.get("DATABASE_URL"):
        print("(The database that DATABASE_URL names is somebody else's and stays.)")
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except EOFError:
        print("\nNobody to ask; FORCE=1 goes on without asking.")
        return False


def _end_supervisor(instance: Instance) -> None:
    """The one who holds the lock is the one noted; an old note without a lock is not trusted."""
    record = instance.data / "running.json"
    end = time.monotonic() + 60
    asked = False
    with (instance.data / "supervisor").open("a") as handle:
        while time.monotonic() < end:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if not asked and record.exists():
                    os.kill(json.loads(record.read_text())["process"], signal.SIGTERM)
                    asked = True
                time.sleep(0.2)
    raise CannotStart("The running site did not stop within a minute; nothing was deleted.")


def _delete(instance: Instance) -> None:
    home = instance.home() or instance.data / "services"
    if home.parent == ELSEWHERE and home.name.startswith("skyportal-"):
        shutil.rmtree(home)
    for name in OWN:
        path = instance.data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    left = sorted(path.name for path in instance.data.iterdir())
    if left:
        print(f"Deleted. Left in {instance.data}, since it is not the site's: {', '.join(left)}")
    else:
        instance.data.rmdir()
        print("Deleted.")


if __name__ == "__main__":
    main()
