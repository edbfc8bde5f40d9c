"""`make run`: services, tables, static files, demo, then every process of the site under one roof."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from . import ROOT, CannotStart, ensure
from .children import Child
from .instance import Instance, is_free
from .prepare import prepare
from .progress import Progress, SetupFailed
from .services import keep_up

PYTHON = sys.executable
QUEUES = "default,ingest,facility,notify"
_CELERY = [PYTHON, "-m", "celery", "--quiet", "-A", "skyportal.celery"]

# Said once a start, in six lines. Tasks travel as JSON, so nobody can smuggle code to a root worker.
AS_ROOT = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


def children(host: str, port: int) -> list[Child]:
    """What a site consists of, in the order of starting.

    Beat is a process of its own: inside the worker (`-B`) it would save about 100 MB, but nobody would
    notice its death, and everything on a clock would quietly stop. The consumer
    waits until a stream says from which topic its packets come.
    """
    web = ["--host", host, "--port", str(port), "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    worker = ["-Q", QUEUES, "-c", "2", "--max-memory-per-child", "400000", "--without-gossip", "--without-mingle"]
    return [
        Child("web", [PYTHON, "-m", "uvicorn", "skyportal.asgi:application", *web], colour=36),
        Child("worker", [*_CELERY, "worker", "--loglevel", "WARNING", *worker], 32, patience=15, environment=AS_ROOT),
        Child("beat", [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile="], colour=33),
        Child("alerts", [PYTHON, "manage.py", "consume_alerts"], colour=35),
        *([Child("gcn", [PYTHON, "manage.py", "consume_gcn"], colour=34)] if _hears_gcn() else []),
    ]


def _hears_gcn() -> bool:
    """GCN wants credentials; a mirror of it does not."""
    given = os.environ
    return bool(given.get("GCN_SERVERS") or (given.get("GCN_CLIENT_ID") and given.get("GCN_CLIENT_SECRET")))


def main() -> None:
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")
    begun = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: `make run &` would ignore it
        signal.signal(number, _interrupt)
    try:
        instance = Instance(Path(os.environ.get("DATA") or ROOT / "var").resolve())
        with _alone(instance) as record:
            _run(instance, record, begun)
    except (CannotStart, SetupFailed) as reason:
        sys.exit(f"\n{reason}")
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)


def _run(instance: Instance, record: Path, begun: float) -> None:
    missing = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
    progress = Progress(ROOT, 6, done=3)
    with progress.step("PostgreSQL and Redis" if missing else "PostgreSQL and Redis, as given"):
        ensure(instance.data)
    port = _port()
    address = f"http://localhost:{port}"
    os.environ.setdefault("SITE_URL", address)
    record.write_text(json.dumps({"process": os.getpid(), "address": address}))
    prepare(instance, progress, own_database="DATABASE_URL" in missing)
    logs = instance.data / "logs"
    logs.mkdir(exist_ok=True)
    family = children(os.environ.get("HOST") or "127.0.0.1", port)
    try:
        for child in family:
            child.start(logs)
        _wait_for_web(family[0], port)
        _banner(instance, address, time.monotonic() - begun)
        _look_after(instance, missing, family, logs)
    finally:
        _stop(family)


def _look_after(instance: Instance, missing: set[str], family: list[Child], logs: Path) -> None:
    checked = time.monotonic()
    while True:
        time.sleep(0.5)
        for child in family:
            child.look_after(logs)
        if missing and time.monotonic() - checked > 5:
            checked = time.monotonic()
            with suppress(CannotStart):  # said in its log; tried again in five seconds
                keep_up(instance, missing)


def _stop(family: list[Child]) -> None:
    """In reverse order. A second Ctrl-C means: now."""
    print("\nStopping ...", flush=True)
    for child in reversed(family):
        try:
            child.stop()
        except KeyboardInterrupt:
            for rest in family:
                rest.patience = 0.1
            child.stop()


def _wait_for_web(web: Child, port: int) -> None:
    """Until it answers anything at all. A site that cannot start says why instead of trying for ever."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if not web.is_alive:
            raise CannotStart("The web server ended while starting:\n  " + "\n  ".join(web.last))
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=10):
                return
        except HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise CannotStart("The web server did not answer within two minutes:\n  " + "\n  ".join(web.last))


@contextmanager
def _alone(instance: Instance) -> Iterator[Path]:
    """One supervisor for each instance; the second is told where the first one is."""
    instance.make()
    record = instance.data / "running.json"
    with (instance.data / "supervisor").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = json.loads(record.read_text()) if record.exists() else {}
            where = running.get("address", "an address it has not told yet: it is still starting")
            print(f"\nThis instance ({instance.data}) is already running at {where}\n"
                  "A second one beside it: make run PORT=8100 DATA=/another/folder")  # fmt: skip
            raise SystemExit(0) from None
        try:
            yield record
        finally:
            record.unlink(missing_ok=True)


def _port() -> int:
    asked = int(os.environ.get("PORT") or 8000)
    host = os.environ.get("HOST") or "127.0.0.1"
    port = next((port for port in range(asked, min(asked + 100, 65536)) if is_free(port, host)), None)
    if port is None:
        raise CannotStart(f"No free port from {asked} on; choose one: make run PORT=...")
    if port != asked:
        print(f"    Port {asked} is taken; using {port}.", flush=True)
    return port


def _banner(instance: Instance, address: str, seconds: float) -> None:
    home = instance.home() or instance.data
    elsewhere = "" if home.is_relative_to(instance.data) else f"\n  Database  {home}"
    demo = instance.data / "demo.json"
    users = json.loads(demo.read_text()).get("users", []) if demo.exists() else []
    people = [f"            {user['username']:<16} {user['password']:<16} {user.get('role', '')}" for user in users]
    signing_in = "\n  Sign in as\n" + "\n".join(people) if people else ""
    print(f"""
  SkyPortal is running: {address}     (ready in {seconds:.0f} s)
{signing_in}
  Data      {instance.data}{elsewhere}
  Logs      {instance.data / "logs"}
  Stop      Ctrl-C
""", flush=True)  # fmt: skip


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
