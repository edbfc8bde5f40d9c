"""What happens between the services and the site: tables, static files, and the sky a new site starts with."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from . import ROOT
from .instance import Instance
from .progress import Progress, SetupFailed

MANAGE = [sys.executable, "manage.py"]


def prepare(instance: Instance, progress: Progress, own_database: bool) -> None:
    """Run what is missing. A database that was given to us is migrated, but gets a demo only if asked (DEMO=1)."""
    with progress.step("Tables and static files"):
        _manage(progress, "migrate", "--no-input", "--verbosity", "0")
        _static_files(progress)
    asked = os.environ.get("DEMO", "1" if own_database else "0") != "0"
    done = instance.data / "prepared"
    if done.exists() or not any(ROOT.glob("*/*/management/commands/prepare_site.py")):
        progress.skip("site")
        return
    with progress.step("A new site" + (" with a demo sky" if asked else "")):
        _aloud([*MANAGE, "prepare_site", *(["--demo"] if asked else [])])
        done.touch()


def _manage(progress: Progress, *arguments: str) -> None:
    if not progress.attempt([*MANAGE, *arguments]):
        raise SetupFailed(f"manage.py {arguments[0]} failed." + progress.tail(30))


def _aloud(command: list[str]) -> None:
    """It takes a while and tells how far it is: let it speak."""
    print(flush=True)
    if subprocess.run(command, cwd=ROOT).returncode:
        raise SetupFailed(f"manage.py {command[2]} failed (see above). `make run` takes it up again; "
                          "`make reset` begins from nothing; DEMO=0 leaves the demo out.")  # fmt: skip


def _static_files(progress: Progress) -> None:
    """Collect, compress and name by content: only when a file changed, and one instance at a time."""
    target = Path(os.environ.get("STATIC_ROOT") or ROOT / "staticfiles")
    stamp = target / ".collected"
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now = _fingerprint()
        if not (stamp.exists() and stamp.read_text() == now):
            _manage(progress, "collectstatic", "--no-input", "--verbosity", "0")
            stamp.write_text(now)
    finally:
        os.close(lock)


def _fingerprint() -> str:
    """Our own files by size and time; those of packages by their lock files."""
    total = hashlib.sha256()
    for lock in ("requirements.lock", "package-lock.json", "skyportal/settings/base.py", "skyportal/web/assets.py"):
        if (path := ROOT / lock).exists():
            total.update(path.read_bytes())
    for folder in sorted([ROOT / "static", *ROOT.glob("apps/*/static"), *ROOT.glob("skyportal/*/static")]):
        for path in sorted(folder.rglob("*")):
            found = path.stat()
            total.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return total.hexdigest()
