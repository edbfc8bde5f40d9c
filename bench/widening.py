"""More sources than the data set has: its own, again and again at other places, with saves, figures and classes.

No points of photometry come along: what is timed on them are lists and maps, which ask of what is counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection, transaction

from skyportal.astro import sky

_COPIED = {
    "sources_obj": "id name ra dec hpx internal_key",
    "sources_wholephotstat": "obj_id",
    "sources_photstat": "id obj_id",
    "sources_objreader": "id obj_id",
    "sources_classification": "id obj_id",
    "sources_source": "id obj_id",  # last: what lists ask is put together when an obj is saved
}
"""Tables that are copied, and the columns that are the copy's own."""


def widen(wanted: int) -> None:
    """Fill up to so many saved objs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select count(*) from sources_listedobj")
        have = cursor.fetchone()[0]
        if wanted <= have:
            return
        print(f"filling up from {have:,} to {wanted:,} sources")
        _places(cursor, wanted - have)
        for table, own in _COPIED.items():
            _copy(cursor, table, own.split())
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _places(cursor: Any, many: int) -> None:
    """A table of places, each for a copy of one of the saved objs."""
    rng = np.random.default_rng(11)
    ra, dec = rng.uniform(0, 360, many), np.degrees(np.arcsin(rng.uniform(-1, 1, many)))
    cursor.execute(
        "create temporary table wide on commit drop as"
        " with had as (select obj_id, row_number() over (order by obj_id) - 1 as number from sources_listedobj)"
        " select had.obj_id as of_id, nextval('sources_obj_id_seq')::int as obj_id, place.*"
        " from unnest(%s::float8[], %s::float8[], %s::bigint[]) with ordinality as place(ra, dec, hpx, n)"
        " join had on had.number = place.n %% (select count(*) from had)",
        [ra.tolist(), dec.tolist(), sky.hpx(ra, dec).tolist()],
    )


def _copy(cursor: Any, table: str, own: list[str]) -> None:
    cursor.execute(
        "select quote_ident(column_name) from information_schema.columns"
        " where table_name = %s and column_name <> all(%s)",
        [table, own],
    )
    rest = ", ".join(name for (name,) in cursor.fetchall())
    old = ", ".join(f"old.{name}" for name in rest.split(", ")) if rest else ""
    if table == "sources_obj":
        made = "insert into sources_obj (id, name, ra, dec, hpx, internal_key, {}) select wide.obj_id,"
        made += " 'WIDE' || wide.obj_id, wide.ra, wide.dec, wide.hpx, md5(wide.obj_id::text), {}"
        joined = " from wide join sources_obj old on old.id = wide.of_id"
    else:
        made = f"insert into {table} (obj_id, {{}}) select wide.obj_id, {{}}"
        joined = f" from wide join {table} old on old.obj_id = wide.of_id"
    cursor.execute(made.format(rest, old) + joined)
    print(f"  {table}: {cursor.rowcount:,}")
