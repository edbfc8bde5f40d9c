"""What runs here: the commits of this checkout and the sizes of its tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

COMMITS = 25
EXACT_BELOW = 100_000
"""Tables that the planner believes larger are not counted row by row."""

COUNTED = {
    "Number of candidates": "candidates.Candidate",
    "Number of filters": "candidates.Filter",
    "Number of objs": "sources.Obj",
    "Number of sources": "sources.Source",
    "Number of photometry": "sources.Photometry",
    "Number of comments": "sources.Comment",
    "Number of annotations": "sources.Annotation",
    "Number of groups": "groups.Group",
    "Number of streams": "groups.Stream",
    "Number of users": "groups.User",
    "Number of tokens": "groups.Token",
}


@cache
def git_log() -> list[dict[str, Any]]:
    """The newest commits of the checkout that runs, newest first; empty where there is no git.

    Authors' addresses stay inside: anybody may read this.
    """
    git = shutil.which("git")
    if git is None:
        return []
    shown = "--pretty=format:%cI%x1f%h%x1f%s%x1e"
    command = [git, "-C", str(settings.ROOT), "log", f"-n{COMMITS}", "--no-color", shown]
    try:
        done = subprocess.run(command, capture_output=True, timeout=5, check=False)  # noqa: S603 - our words only
    except (OSError, subprocess.TimeoutExpired):
        return []
    return parse_log(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else []


def parse_log(text: str) -> list[dict[str, Any]]:
    """Commits out of `git log`; what does not look like one is left out."""
    commits = []
    for record in text.split("\x1e"):
        parts = record.strip().split("\x1f")
        if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{4,64}", parts[1]):
            continue
        number = re.search(r"\(#(\d+)\)$", parts[2])
        commits.append(
            {"time": parts[0], "sha": parts[1], "description": parts[2], "pr": int(number[1]) if number else None}
        )
    return commits


def database() -> dict[str, Any]:
    """Whether anything was saved yet, and which PostgreSQL this is."""
    with connection.cursor() as cursor:
        cursor.execute("select not exists (select 1 from sources_source), current_setting('server_version')")
        empty, version = cursor.fetchone()
    return {"source_table_empty": empty, "postgres_version": version}


def counts() -> dict[str, Any]:
    """Rows of the tables that grow, exact where that is cheap; and when candidates came in."""
    tables = {title: apps.get_model(label)._meta.db_table for title, label in COUNTED.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, reltuples::bigint from pg_class where relkind in ('r', 'p') and relname = any(%s)",
            [list(tables.values())],
        )
        estimates = dict(cursor.fetchall())
        found: dict[str, Any] = {}
        for title, table in tables.items():
            found[title] = estimates.get(table, -1)
            if found[title] < EXACT_BELOW:
                cursor.execute(f"select count(*) from {connection.ops.quote_name(table)}")  # noqa: S608 - ours
                found[title] = cursor.fetchone()[0]
        cursor.execute("select min(created_at), max(created_at) from candidates_candidate")
        found["Oldest candidate creation datetime"], found["Newest candidate creation datetime"] = cursor.fetchone()
        cursor.execute("select count(*) from journal_delivery where state in ('waiting', 'claimed')")
        found["Number of deliveries waiting"] = cursor.fetchone()[0]
    return found
