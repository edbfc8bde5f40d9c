"""`python -m bench.discovery`: nights of packets, a full table of candidates, back-tests of a large archive.

Each part is asked for by its size, as each takes minutes to make:
``--lsst 10000 --ztf 30000 --candidates 9300000 --archived 1000000``. The instance is that of `make bench` (DATA).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NIGHTS = 20
REPEATS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("lsst", "ztf", "candidates", "archived"):
        parser.add_argument(f"--{name}", type=int, default=0)
    asked = parser.parse_args()
    os.environ.setdefault("DATA", str(ROOT / "var" / "bench"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")
    from skyportal import embedded

    embedded.ensure()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    from .ingesting import ingest

    for survey in ("lsst", "ztf"):
        if packets := getattr(asked, survey):
            ingest(packets, survey)
    if asked.candidates:
        scanning(asked.candidates)
    if asked.archived:
        back_test(asked.archived)


_FILL = (
    """
    insert into sources_obj (name, internal_key, ra, dec, ra_dis, dec_dis, created_at, modified)
    select 'ZTFbench' || n, 'bench' || n, r, d, r, d, now(), now()
    from (select n, random() * 360 r, random() * 120 - 30 d from generate_series(1, %(objs)s) n) s
    on conflict do nothing
    """,
    """
    insert into sources_objreader (obj_id, kind, ref)
    select o.id, %(kind)s, %(group)s from sources_obj o where o.name like 'ZTFbench%%' on conflict do nothing
    """,
    """
    insert into candidates_latestcandidate (obj_id, filter_id, passed_at, first_passed_at)
    select o.id, f.id, t.at, t.at - interval '5 days'
    from sources_obj o
    cross join candidates_filter f
    cross join lateral (select now() - random() * interval '365 days' as at where o.id + f.id > 0) t
    where o.name like 'ZTFbench%%' and f.group_id = %(group)s
    """,
)


def scanning(rows: int) -> None:
    """The first page of scanning queries, and how many there are in all, with so many candidates of 25 filters."""
    from django.db import connection

    from apps.candidates.models import LatestCandidate
    from apps.groups.models import Group
    from skyportal.access.models import GROUP

    from .ingesting import FILTERS, _stream

    group = Group.objects.filter(name=f"bench scanning {rows}").first()
    if group is None:
        stream = _stream("ztf")
        group = Group.objects.get(name=stream.name)
        begun = time.monotonic()
        with connection.cursor() as cursor:
            for statement in _FILL:
                cursor.execute(statement, {"objs": rows // FILTERS, "group": group.pk, "kind": GROUP})
            cursor.execute("vacuum analyze candidates_latestcandidate, sources_obj")
        Group.objects.filter(pk=group.pk).update(name=f"bench scanning {rows}")
        print(f"\nfilled in {time.monotonic() - begun:.0f} s")
    count = LatestCandidate.objects.filter(filter__group=group).count()
    print(f"\n{count:,} candidates (newest of obj and filter)")
    for name, query in QUERIES.items():
        _time_query(name, group, query)


QUERIES: dict[str, dict[str, Any]] = {
    "ever": {},
    "the last week": {"days": 7},
    "the last month": {"days": 30},
    "the last week, not saved": {"days": 7, "savedStatus": "notSavedToAnySelected"},
    "the last month, redshift above 0": {"days": 30, "minRedshift": 0.0},
}


def _time_query(name: str, group: Any, query: dict[str, Any]) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from apps.candidates.queries.search import params, search
    from apps.candidates.queries.search import total as count_all
    from skyportal.access.viewer import Viewer
    from skyportal.api.paging import Page

    viewer = Viewer(user_id=None, group_ids=frozenset([group.pk]),
                    stream_ids=frozenset(group.streams.values_list("pk", flat=True)))  # fmt: skip
    asked: dict[str, Any] = {param.name: None for param in params()} | {"groupIDs": [group.pk]}
    asked |= {key: value for key, value in query.items() if key != "days"}
    if "days" in query:
        asked["startDate"] = timezone.now() - timedelta(days=query["days"])
    page, total = [], []
    for _ in range(REPEATS):
        begun = time.monotonic()
        search(viewer, asked, Page(1, 25), counted=False)
        page.append(time.monotonic() - begun)
        begun = time.monotonic()
        found = count_all(viewer, asked)
        total.append(time.monotonic() - begun)
    print(f"  {name:36} {statistics.median(page) * 1e3:7.0f} ms the page, {statistics.median(total) * 1e3:7.0f} ms the "
          f"total of {found:,}")  # fmt: skip


def back_test(packets: int) -> None:
    """A filter whose first clause is a plain comparison, and one that reads lists, over so many archived packets."""
    from django.conf import settings

    from apps.candidates.alerts import backtest
    from apps.candidates.alerts.archive import Archive
    from apps.candidates.alerts.sandbox import Sandbox
    from apps.candidates.queries import schemas
    from apps.groups.models import Stream

    archive = Archive(settings.ALERT_ARCHIVE)
    name = f"bench-{packets}"
    if not archive.parts(name):
        _replicate(archive, name, packets)
    stream = Stream.objects.filter(name__startswith="bench ", altdata__survey="ZTF", pulse__packets__gt=0).latest("pk")
    conditions = {
        "a scalar clause first": "candidate.magpsf < 18.5 and candidate.drb > 0.9 and len(list_filter(prv_candidates, "
        "lambda p: p.magpsf is not null)) >= 2",
        "scalar clauses only": "candidate.magpsf < 18.5 and candidate.drb > 0.9",
        "a list clause on every packet": "len(list_filter(prv_candidates, lambda p: p.magpsf is not null)) >= 5",
    }
    print(f"\nback-tests over {sum(one.packets for one in archive.nights(name)):,} archived packets")
    for label, condition in conditions.items():
        with Sandbox(seconds=20) as sandbox:
            question = backtest.question(schemas.validated(stream, condition, {}), sandbox, near=True)
            run = backtest.BackTest(archive, name, [question], sandbox, survey="ztf", may_read=lambda programme: True,
                                    known=[])  # fmt: skip
            begun = time.monotonic()
            outcome = run.run("", "99999999")
            seconds = time.monotonic() - begun
        passed = sum(night.alerts[0] for night in outcome.nights)
        if outcome.failures:
            raise SystemExit(f"It failed: {outcome.failures}")
        print(f"  {label:36} {seconds:6.1f} s, {passed:,} packets pass")


def _replicate(archive: Any, name: str, packets: int) -> None:
    """An archive of so many packets: parts that were ingested before, with ids of their own in each copy."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from apps.candidates.alerts.archive import CANDID

    streams = [one for one in archive.streams() if one.startswith("bench_")]
    ztf = [one for one in streams if any(b"ztf" in (pq.read_schema(p).metadata or {})[b"schema"]
                                         for p in archive.parts(one)[:1])]  # fmt: skip
    source = max((night for one in ztf for night in archive.nights(one)), key=lambda night: night.packets)
    tables = [pq.read_table(part) for part in archive.parts(source.stream, source.night, source.night)]
    whole = pa.concat_tables([t for t in tables if t.schema.equals(tables[0].schema)])
    whole = whole.replace_schema_metadata(tables[0].schema.metadata)
    made = 0
    while made < packets:
        month, day = divmod(made * NIGHTS // packets, 28)
        night = archive.root / name / f"2026{month + 1:02d}{day + 1:02d}"
        night.mkdir(parents=True, exist_ok=True)
        taken = whole.slice(0, min(len(whole), packets - made))
        number = taken.column_names.index(CANDID)
        ids = pc.binary_join_element_wise(taken[CANDID], str(made), "")
        taken = taken.set_column(number, CANDID, ids)
        pq.write_table(taken, night / f"part-{made:012d}.parquet", compression="zstd", use_dictionary=False,
                       row_group_size=5_000)  # fmt: skip
        made += len(taken)


if __name__ == "__main__":
    main()
