"""A database with all migrations, made once: the workers of a run copy it, and so does the next run while nothing in it
has changed."""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from skyportal import embedded

from .services import TEST_INSTANCE

OF_IT = ("apps/*/migrations/*.py", "skyportal/*/migrations/*.py", "apps/groups/permissions.py", "requirements.lock")
"""Files by which one can tell whether migrations would make another database."""


def use_template() -> None:
    """Have the test database copied from the template, which is made first where it is missing."""
    name = f"template_{_key()}"
    TEST_INSTANCE.mkdir(parents=True, exist_ok=True)
    with (TEST_INSTANCE / "template").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other worker waits, and copies
        if name not in _templates():
            _make(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _key() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in OF_IT for path in Path(embedded.ROOT).glob(pattern)):
        digest.update(str(path.relative_to(embedded.ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _templates() -> list[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("select datname from pg_database where datname like 'template\\_%'")
        return [row[0] for row in cursor.fetchall()]


def _make(name: str) -> None:
    """Under a name that is no template's until it is whole; those of earlier migrations go."""
    old, before = _templates(), dict(connection.settings_dict["TEST"])
    real = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"making_{name}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL has it
    connection.settings_dict["NAME"] = real
    connection.settings_dict["TEST"].update(before)
    with connection._nodb_cursor() as cursor:
        for gone in old:
            cursor.execute(f'drop database if exists "{gone}"')
        cursor.execute(f'alter database "making_{name}" rename to "{name}"')


def empty_only_what_is_filled(patch: pytest.MonkeyPatch) -> None:
    """Between tests that commit, delete rows instead of truncating all tables: some hundred and fifty, with five times
    as many files, of which a test fills twenty. Only a superuser may do so, whoever brings a database may have none."""
    operations: Any = type(connection.ops)
    truncate = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], *, reset_sequences: bool = False, **more: Any) -> list[str]:
        if reset_sequences or not _superuser():
            return list(truncate(self, style, tables, reset_sequences=reset_sequences, **more))
        deletions = [f"delete from {self.quote_name(table)}" for table in _filled(tables)]
        unchecked = "set local session_replication_role = replica"  # all that could point at a row goes as well
        return [unchecked, *deletions, "set local session_replication_role = default"]

    patch.setattr(operations, "sql_flush", sql_flush)


def _superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        return bool(cursor.fetchone()[0])


def _filled(tables: list[str]) -> list[str]:
    asked = " union all ".join(
        f"select '{table}' where exists (select from {connection.ops.quote_name(table)})" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]
