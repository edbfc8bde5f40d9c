"""Every route × everybody of the cast → the status they get, as a table that people have read.

Requests carry no body, so that a 400 says: let in, and then told what is missing. Each is undone.
A route without a row fails. `python -m tests.house.write_matrix` adds the rows that are missing, as the site answers
now: read them before you commit them, for that is what this test is for.
"""

from __future__ import annotations

import os

import pytest

from . import matrix
from .knocking import Doors
from .world import CAST, World, address, make_world, routes, verbs

ADDING = (
    "Run `python -m tests.house.write_matrix`, read the new rows of tests/house/access_matrix.csv, and commit them."
)

PARTS = 8
"""So that workers can share the table, and none waits long for the other at the end."""


@pytest.fixture
def world(group, stream, member) -> World:
    return make_world(group, stream, member)


@pytest.fixture
def doors(outsider, member, stream_member, group_admin, system_admin):
    """How each of the cast knocks: a token at the API, a session at pages."""
    site = Doors()
    for user in (outsider, member, stream_member, group_admin, system_admin):
        site.admit(user)
    return lambda name, verb, path: str(site.knock(name, verb, path, kind=_kind(path.startswith("/api/"))))


def _kind(api: bool) -> str:
    return "application/json" if api else "application/x-www-form-urlencoded"


def _all_doors():
    return {(route, verb): None for route, pattern in routes() for verb in verbs(pattern)}


def test_every_route_is_in_the_table_and_nothing_else_is():
    known = matrix.read()
    missing = sorted(set(_all_doors()) - set(known))
    gone = sorted(set(known) - set(_all_doors()))
    assert not missing, f"{len(missing)} doors have no row, first {missing[:5]}. {ADDING}"
    assert not gone, f"Rows of doors that are gone: {gone[:5]}. {ADDING}"


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_what_the_table_says(world, doors, part):
    known, wrong = matrix.read(), []
    for route, pattern in list(routes())[part::PARTS]:
        path = address(route, world)
        for verb in verbs(pattern):
            row = known.get((route, verb))
            for name in CAST if row else ():
                got = doors(name, verb, path)
                if got != row[name]:
                    wrong.append(f"{verb} {path}: {name} gets {got}, the table says {row[name]}")
    assert not wrong, "\n".join(wrong)


def test_no_door_breaks_and_no_write_is_open_to_strangers():
    for (route, verb), row in matrix.read().items():
        assert not any(row[name].startswith("5") for name in CAST), f"{verb} {route} breaks: {row}"
        if verb != "GET" and route.startswith("api/"):
            assert row["anonymous"] in ("401", "405"), f"{verb} {route} lets strangers in: {row}"


@pytest.mark.skipif("WRITE_MATRIX" not in os.environ, reason="writes the table; run python -m tests.house.write_matrix")
def test_write_the_rows_that_are_missing(world, doors):
    known, rows = matrix.read() if matrix.TABLE.exists() else {}, {}
    for route, pattern in routes():
        path = address(route, world)
        for verb in verbs(pattern):
            rows[route, verb] = known.get((route, verb)) or {
                "route": route,
                "verb": verb,
                **{name: doors(name, verb, path) for name in CAST},
            }
    matrix.write(rows)
