"""The embedded PostgreSQL: laid out once, started on loopback, reached by password only."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg

from . import CannotStart
from .account import Account
from .instance import Instance

NAME = "skyportal"  # of the database and of its owner

# Sized for a laptop: the whole instance is to stay under 1.5 GB. One machine, no replica: minimal WAL.
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "100",
    "shared_buffers": "'128MB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'64MB'",
    "effective_cache_size": "'1GB'",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "'1GB'",
    "checkpoint_timeout": "'15min'",
    "max_parallel_workers_per_gather": "1",
    "max_locks_per_transaction": "128",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_checkpoints": "off",
    "log_line_prefix": "'%t [%p] '",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def url(instance: Instance) -> str:
    return f"postgres://{NAME}:{instance.secrets()['postgres']}@127.0.0.1:{instance.remembered('postgres')}/{NAME}"


def start(instance: Instance, account: Account) -> None:
    """Make it answer: found running, or started, or first laid out. Call while holding the lock."""
    folder = account.home / "postgres"
    log = account.home / "postgres.log"
    if not folder.exists():
        _lay_out(instance, account, folder)
    if _process(folder):
        # Alive but silent: recovering from a crash. Give it a minute, then begin again.
        if instance.remembered("postgres") and _answers(instance, folder, wait=60):
            return
        stop(account, how="immediate")
    for _ in range(3):  # a port that was free a moment ago may be taken by now
        _configure(instance, account, folder)
        account.spawn(account.postgres_bin / "postgres", "-D", folder, log=log)
        if _answers(instance, folder, wait=120):
            return
    raise CannotStart(f"PostgreSQL does not start; the end of {log}:\n{_tail(log)}")


def is_running(account: Account) -> bool:
    return _process(account.home / "postgres") is not None


def stop(account: Account, how: str = "fast") -> None:
    """`fast`: close connections, write everything, end. `immediate`: end, and recover at the next start."""
    folder = account.home / "postgres"
    if _process(folder):
        account.run(account.postgres_bin / "pg_ctl", "stop", "-w", "-t", "60", "-D", folder, "-m", how, check=False)


def _lay_out(instance: Instance, account: Account, folder: Path) -> None:
    """initdb beside and rename: a start that is interrupted leaves nothing half made."""
    fresh = folder.with_name("postgres.new")
    account.run("/bin/rm", "-rf", fresh)
    password = account.home / "initdb-password"
    password.touch(mode=0o600)
    try:
        password.write_text(instance.secrets()["postgres"])
        account.own(password)
        account.run(
            account.postgres_bin / "initdb", "-D", fresh, "-U", NAME, "--auth=scram-sha-256", f"--pwfile={password}",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
    finally:
        password.unlink()
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'skyportal.conf'\n")
    fresh.rename(folder)


def _configure(instance: Instance, account: Account, folder: Path) -> None:
    settings = {**SETTINGS, **(UNSAFE if instance.fast else {}), "port": str(instance.port("postgres"))}
    path = folder / "skyportal.conf"
    path.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    account.own(path)


def _process(folder: Path) -> int | None:
    """The living server of this folder. One that is dead but not buried gives up its folder here."""
    path = folder / "postmaster.pid"
    try:
        process = int(path.read_text().split("\n", 1)[0])
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z":
            return process
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    time.sleep(1)  # its children notice within moments that it died, and leave
    path.unlink(missing_ok=True)
    return None


def _answers(instance: Instance, folder: Path, wait: float) -> bool:
    """Whether our password opens our database; made on the way where it is missing."""
    end = time.monotonic() + wait
    grace = time.monotonic() + 2  # until it has written down its process number
    server = url(instance).rsplit("/", 1)[0] + "/postgres"
    while True:
        try:
            with psycopg.connect(server, connect_timeout=5, autocommit=True) as connection:
                known = connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone()
                if not known:
                    connection.execute(f"create database {NAME}")
            return True
        except psycopg.OperationalError:
            now = time.monotonic()
            if now > end or (now > grace and not _process(folder)):
                return False
            time.sleep(0.05)


def _tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
