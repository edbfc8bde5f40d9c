"""Load the neutral data set of the benchmark (CSV and JSON) with COPY: what other servers were timed on, we are too.

The folder holds meta.json, objs.csv, sources.csv, candidates.csv, annotations.csv, classifications.csv, photometry.csv
and thumbnails.csv. The account `bench` is a full user in the first ten groups; `bench-admin` administers the site.
"""

from __future__ import annotations

import csv
import json
import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from apps.candidates.models import Filter, FilterVersion
from apps.groups.actions import create_token, create_user
from apps.groups.models import Group, Membership, Stream, StreamGrant, User
from apps.sources.models import Bandpass, Instrument, Origin, Taxonomy, Telescope, Upload
from skyportal.access.models import Audience
from skyportal.astro import sky

Say = Callable[[str], None]
GROUPS_OF_BENCH_USER = 10


def load(folder: Path, say: Say = print) -> dict[str, str]:
    """Fill the database from this folder; returns the tokens of `bench` and `bench-admin`."""
    meta = json.loads((folder / "meta.json").read_text())
    with transaction.atomic():
        world = World(meta)
        say("people, groups, instruments")
        world.objs = copy_objs(folder, say)
        copy_sources(folder, world, say)
        copy_candidates(folder, world, say)
        copy_annotations(folder, world, say)
        copy_classifications(folder, world, say)
        copy_photometry(folder, world, say)
        copy_thumbnails(folder, world, say)
        derive(say)
    vacuum(say)
    return world.tokens


class World:
    """The few rows that the many point at, by the numbers the files use."""

    objs: dict[str, int]

    def __init__(self, meta: dict[str, Any]) -> None:
        self.user = create_user("bench", password=secrets.token_urlsafe(), roles=["Full user"])
        self.admin = create_user("bench-admin", password=secrets.token_urlsafe(), roles=["Super admin"])
        self.streams = [Stream.objects.create(name=name) for name in meta["streams"]]
        self.groups = [Group.objects.create(name=name) for name in meta["groups"]]
        for group in self.groups:
            group.streams.set(self.streams)
        for user, groups in ((self.user, self.groups[:GROUPS_OF_BENCH_USER]), (self.admin, self.groups)):
            Membership.objects.bulk_create(Membership(user=user, group=g, admin=True) for g in groups)
            StreamGrant.objects.bulk_create(StreamGrant(user=user, stream=s) for s in self.streams)
        self.filters = [
            Filter.objects.create(name=name, group=group, stream=self.streams[0])
            for name, group in zip(meta["filters"], self.groups, strict=True)
        ]
        FilterVersion.objects.bulk_create(
            FilterVersion(filter=f, number=1, condition="candidate.drb > 0.5", active=True) for f in self.filters
        )
        self.instruments = self._instruments(meta["instruments"])
        everybody = Audience.objects.of([Group.objects.get(sitewide=True).pk])
        self.taxonomy = Taxonomy.objects.create(
            name="sim-taxonomy", version="1", hierarchy=meta["taxonomy"], audience=everybody
        )
        self.everybody = everybody
        self.audiences = [Audience.objects.of([g.pk]) for g in self.groups]
        self.photometry_audiences = {
            (g, s): Audience.objects.of([group.pk], [stream.pk])
            for g, group in enumerate(self.groups, 1)
            for s, stream in enumerate(self.streams, 1)
        }
        self.tokens = {
            "token": self._token(self.user),
            "admin_token": self._token(self.admin),
        }

    @staticmethod
    def _token(user: User) -> str:
        return create_token(user, "bench", user.permissions())[1]

    @staticmethod
    def _instruments(described: list[dict[str, Any]]) -> list[Instrument]:
        telescope = Telescope.objects.create(
            name="Simulated telescope", nickname="Sim", lat=33.4, lon=-116.9, elevation=1700
        )
        return [
            Instrument.objects.create(name=i["name"], type="imager", telescope=telescope, filters=i["filters"])
            for i in described
        ]


def rows_of(folder: Path, name: str) -> Iterator[list[str]]:
    with (folder / name).open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def copy(table: str, columns: str, rows: Iterable[Sequence[Any]], say: Say) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin") as sink:
        for row in rows:
            sink.write_row(row)
            count += 1
    say(f"{table}: {count:,}")
    return count


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def copy_objs(folder: Path, say: Say) -> dict[str, int]:
    given = list(rows_of(folder, "objs.csv"))
    ra, dec = (np.array([float(row[i]) for row in given]) for i in (1, 2))
    pixels = sky.hpx(ra, dec)
    columns = (
        "name, internal_key, ra, dec, hpx, redshift, score, transient, varstar, is_roid, origin, created_at, modified,"
        ' "offset"'
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for row, a, d, pixel in zip(given, ra, dec, pixels, strict=True):
            made = time_of(row[7])
            redshift = float(row[3]) if row[3] else None
            yield (
                row[0],
                secrets.token_hex(16),
                float(a),
                float(d),
                int(pixel),
                redshift,
                float(row[4]),
                bool(int(row[5])),
                False,
                False,
                row[6],
                made,
                made,
                0.0,
            )

    copy("sources_obj", columns, rows(), say)
    with connection.cursor() as cursor:
        cursor.execute("select name, id from sources_obj")
        return dict(cursor.fetchall())


def copy_sources(folder: Path, world: World, say: Say) -> None:
    columns = "obj_id, group_id, saved_by_id, saved_at, active, requested, created_at, modified"
    copy(
        "sources_source",
        columns,
        (
            (world.objs[obj], world.groups[int(g) - 1].pk, world.user.pk, t, True, False, t, t)
            for obj, g, t in rows_of(folder, "sources.csv")
        ),
        say,
    )


def copy_candidates(folder: Path, world: World, say: Say) -> None:
    columns = "obj_id, filter_id, passed_at, passing_alert_id, uploader_id, created_at"
    copy(
        "candidates_candidate",
        columns,
        (
            (world.objs[obj], world.filters[int(f) - 1].pk, t, int(alert), world.user.pk, t)
            for obj, f, t, alert in rows_of(folder, "candidates.csv")
        ),
        say,
    )


def copy_annotations(folder: Path, world: World, say: Say) -> None:
    columns = "obj_id, origin, data, author_id, audience_id, created_at, modified"
    copy(
        "sources_annotation",
        columns,
        (
            (world.objs[obj], origin, data, world.user.pk, world.audiences[int(g) - 1].pk, t, t)
            for obj, g, origin, data, t in rows_of(folder, "annotations.csv")
        ),
        say,
    )


def copy_classifications(folder: Path, world: World, say: Say) -> None:
    columns = (
        "obj_id, taxonomy_id, classification, probability, ml, author_id, author_name, history, audience_id,"
        " created_at, modified"
    )
    copy(
        "sources_classification",
        columns,
        (
            (
                world.objs[obj],
                world.taxonomy.pk,
                name,
                float(p),
                bool(int(ml)),
                world.user.pk,
                "bench",
                "[]",
                world.audiences[int(g) - 1].pk,
                t,
                t,
            )
            for obj, g, name, p, ml, t in rows_of(folder, "classifications.csv")
        ),
        say,
    )


def copy_photometry(folder: Path, world: World, say: Say) -> None:
    upload = Upload.objects.create(owner=world.user)
    origin = Origin.objects.get_or_create(name="None")[0]
    bands = {b: Bandpass.objects.get_or_create(name=b)[0].pk for i in world.instruments for b in i.filters}
    columns = "mjd, flux, fluxerr, obj_id, instrument_id, origin_id, audience_id, upload_id, bandpass_id, flags"

    def rows() -> Iterator[tuple[Any, ...]]:
        # The file's limiting magnitude is the 5-sigma depth of fluxerr, which is what we answer without storing it.
        for obj, mjd, flux, err, _limit, band, instrument, stream, group in rows_of(folder, "photometry.csv"):
            audience = world.photometry_audiences[int(group), int(stream)]
            yield (
                float(mjd),
                float(flux) if flux else math.nan,
                float(err),
                world.objs[obj],
                world.instruments[int(instrument) - 1].pk,
                origin.pk,
                audience.pk,
                upload.pk,
                bands[band],
                0,
            )

    copy("sources_photometry", columns, rows(), say)


def copy_thumbnails(folder: Path, world: World, say: Say) -> None:
    now = datetime.now(UTC)
    copy(
        "sources_thumbnail",
        "obj_id, type, public_url, is_grayscale, audience_id, created_at, modified",
        (
            (world.objs[obj], kind, url, False, world.everybody.pk, now, now)
            for obj, kind, url in rows_of(folder, "thumbnails.csv")
        ),
        say,
    )


READERS = """
    insert into sources_objreader (obj_id, kind, ref)
    select obj_id, 0::smallint, group_id from sources_source
    union select c.obj_id, 0::smallint, f.group_id
          from candidates_candidate c join candidates_filter f on f.id = c.filter_id
    union select p.obj_id, m.kind, m.ref
          from (select distinct obj_id, audience_id from sources_photometry) p
          join access_audiencemember m on m.audience_id = p.audience_id
    on conflict do nothing
"""
LATEST = """
    insert into candidates_latestcandidate (obj_id, filter_id, passed_at, first_passed_at)
    select obj_id, filter_id, max(passed_at), min(passed_at) from candidates_candidate group by obj_id, filter_id
"""


def derive(say: Say) -> None:
    """The tables that are kept in step by actions, filled at once: readers, latest candidates, statistics."""
    from apps.sources.actions import statistics

    with connection.cursor() as cursor:
        cursor.execute(READERS)
        say(f"sources_objreader: {cursor.rowcount:,}")
        cursor.execute(LATEST)
        say(f"candidates_latestcandidate: {cursor.rowcount:,}")
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from sources_obj where exists (select from sources_photometry p where p.obj_id = sources_obj.id)"
        )
        statistics.recount([row[0] for row in cursor.fetchall()])
    say("sources_photstat counted")


def vacuum(say: Say) -> None:
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    say("vacuumed and analysed")


def sizes() -> dict[str, int]:
    """Bytes of the tables worth watching, with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, pg_total_relation_size(oid) from pg_class where relkind = 'r' and relname like any(%s)",
            [["sources_%", "candidates_%", "access_%"]],
        )
        return dict(cursor.fetchall())


def photometry_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sources_photometry")
        return int(cursor.fetchone()[0])
