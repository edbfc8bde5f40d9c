"""The embedded PostgreSQL: laid out once, started on loopback, reached by password only."""

from __future__ import annotations

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
    "log_line_prefix": "'%t [%p] '",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def url(instance: Instance) -> str:
    return f"postgres://{NAME}:{instance.secrets()['postgres']}@127.0.0.1:{instance.remembered('postgres')}/{NAME}"


def start(instance: Instance, account: Account) -> None:
    """Make it answer: found running, or started, or first laid out. Call while holding the lock."""
    folder = account.home / "postgres"
    if not folder.exists():
        _lay_out(instance, account, folder)
    if _is_running(account, folder):
        # Alive but silent: recovering from a crash. Give it a minute, then begin again.
        if _answers(instance, wait=60 if instance.remembered("postgres") else 0):
            return
        account.run(account.postgres_bin / "pg_ctl", "stop", "-D", folder, "-m", "immediate", check=False)
    for _ in range(3):  # a port that was free a moment ago may be taken by now
        _configure(instance, account, folder)
        started = account.run(
            account.postgres_bin / "pg_ctl", "start", "-w", "-t", "120", "-D", folder, "-l", _log(account), check=False
        )
        if started.returncode == 0 and _answers(instance, wait=30):
            return
    raise CannotStart(f"PostgreSQL does not start; the end of {_log(account)}:\n{_tail(_log(account))}")


def stop(account: Account) -> None:
    """Close connections, write everything, end (`fast` in PostgreSQL's words)."""
    folder = account.home / "postgres"
    if folder.exists() and _is_running(account, folder):
        account.run(account.postgres_bin / "pg_ctl", "stop", "-w", "-t", "60", "-D", folder, "-m", "fast", check=False)


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


def _is_running(account: Account, folder: Path) -> bool:
    if not (folder / "postmaster.pid").exists():
        return False
    return account.run(account.postgres_bin / "pg_ctl", "status", "-D", folder, check=False).returncode == 0


def _answers(instance: Instance, wait: float) -> bool:
    """Whether our password opens our database; made on the way where it is missing."""
    end = time.monotonic() + wait
    server = url(instance).rsplit("/", 1)[0] + "/postgres"
    while True:
        try:
            with psycopg.connect(server, connect_timeout=5, autocommit=True) as connection:
                known = connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone()
                if not known:
                    connection.execute(f"create database {NAME}")
            return True
        except psycopg.OperationalError:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)


def _log(account: Account) -> Path:
    return account.home / "postgres.log"


def _tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
