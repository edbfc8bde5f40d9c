"""The plans that speed rests on: cones by index, audiences by semi-join, whatever the planner's mood."""

import json

import numpy as np
import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from apps.sources.access import measured
from apps.sources.models import (
    Bandpass,
    ListedObj,
    Obj,
    Origin,
    Photometry,
    PhotStat,
    PhotStatAudiences,
    Source,
    Upload,
    WholePhotStat,
)
from apps.sources.queries import light_curves, statistics
from apps.sources.queries import objs as queries
from skyportal.access.models import Audience
from skyportal.astro import sky

pytestmark = pytest.mark.django_db


def plan(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(f"explain (format json) {sql}", params)
        return json.dumps(cursor.fetchone()[0])


@pytest.fixture
def many_objs(db):
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    names = [f"O{n}" for n in range(len(ra))]
    first = Obj.objects.create(name="like all the others", ra=0.0, dec=0.0, hpx=0)
    place = ["name", "ra", "dec", "hpx"]
    rest = [field.column for field in Obj._meta.concrete_fields if field.column not in {"id", *place}]
    rest_sql = "".join(f', "{column}"' for column in rest)
    with connection.cursor() as cursor:  # through the ORM the rows took fifteen seconds
        cursor.execute(
            f"insert into sources_obj (name, ra, dec, hpx{rest_sql}) select place.*{rest_sql} from sources_obj,"
            " unnest(%s::text[], %s::float8[], %s::float8[], %s::bigint[]) as place where sources_obj.id = %s",
            [names, ra.tolist(), dec.tolist(), sky.hpx(ra, dec).tolist(), first.pk],
        )
        first.delete()
        cursor.execute("analyze sources_obj")
    return ra, dec


def test_a_cone_reads_the_pixel_index_and_never_the_whole_sky(many_objs):
    sql = queries._NEAR_SQL.format(table="sources_obj", columns="*", order="order by separation")
    for radius in (5.0, 3600.0, 10 * 3600.0):
        shown = plan(sql, queries._cone(359.9, -20.0, radius))
        assert "obj_hpx" in shown
        assert "Seq Scan" not in shown


def test_a_cone_finds_exactly_what_brute_force_finds(many_objs):
    for ra, dec, radius in ((359.9, -20.0, 5 * 3600.0), (0.0, 89.9, 3 * 3600.0), (120.0, 0.0, 20 * 3600.0)):
        apart = sky.separation(*many_objs, ra, dec)
        wanted = {f"O{n}" for n in np.flatnonzero(apart <= radius)}
        found = queries.in_cone(ra, dec, radius)
        assert set(Obj.objects.filter(pk__in=found).values_list("name", flat=True)) == wanted
        assert list(found.values()) == sorted(found.values())
        listed = Obj.objects.filter(pk__in=queries.ids_in_cone(ra, dec, radius))
        assert set(listed.values_list("pk", flat=True)) == set(found)


def test_points_are_filtered_by_a_semi_join_on_audiences(obj, camera, member, group, viewer_of):
    audience, upload = Audience.objects.of([group.pk]), Upload.objects.create()
    bandpass, origin = Bandpass.objects.create(name="ztfg"), Origin.objects.create(name="x")
    Photometry.objects.bulk_create(
        Photometry(
            obj=obj, mjd=n, flux=1.0, fluxerr=0.1, instrument=camera, origin=origin, audience=audience, upload=upload,
            bandpass=bandpass,
        )
        for n in range(2000)
    )  # fmt: skip
    for n in range(300):
        Audience.objects.of([group.pk, 1000 + n])
    with connection.cursor() as cursor:
        cursor.execute("analyze sources_photometry, access_audiencemember, sources_upload")
    rows = queries.beneath(viewer_of(member), Photometry.objects.filter(obj=obj), measured).order_by("mjd", "pk")
    sql, params = rows.query.sql_with_params()
    assert "access_audiencemember" in sql
    assert len(params) < 20
    shown = plan(sql, params)
    assert "photometry_once" in shown or "Seq Scan" in shown
    assert "access_audiencemember" in shown
    assert shown.count('"Relation Name": "sources_photometry"') == 1


def test_figures_to_be_merged_come_in_order_and_ask_of_each_row_whether_it_is_readable(member, group, viewer_of):
    """A join with the audiences would take the order away, and gather all objs in a hash table."""
    audience, hidden = Audience.objects.of([group.pk]), Audience.objects.of([], [10**6])
    objs = Obj.objects.bulk_create(Obj(name=f"P{n}", ra=1.0, dec=1.0, hpx=n) for n in range(3000))
    PhotStat.objects.bulk_create(PhotStat(obj=obj, audience=audience, num_det=3) for obj in objs)
    both = PhotStatAudiences.objects.create(audiences=sorted([audience.pk, hidden.pk]))
    WholePhotStat.objects.bulk_create(WholePhotStat(obj=obj, num_det=5, combination=both) for obj in objs)
    Source.objects.bulk_create(Source(obj=obj, group=group) for obj in objs)
    with connection.cursor() as cursor:
        cursor.execute("analyze sources_photstat, sources_listedobj")
        cursor.execute("set local enable_seqscan = off")
    found = statistics.of_saved_objs(viewer_of(member))
    assert found.rest is not None
    assert not ListedObj.objects.filter(found.whole).exists()
    figures = found.rest.values("obj_id").annotate(n=Sum("num_det")).filter(n__gte=2)
    shown = plan(*figures.query.sql_with_params())
    assert "hashed SubPlan" in shown
    assert '"Strategy": "Sorted"' in shown
    assert '"Relation Name": "access_audiencemember"' in shown.split("SubPlan", 1)[1]
    assert len(figures) == 3000


def test_a_light_curve_reads_its_points_once(obj, camera, member, group, viewer_of):
    """Found and then looked up by their ids, five thousand took a minute where the table was believed to be empty."""
    audience, upload = Audience.objects.of([group.pk]), Upload.objects.create()
    Photometry.objects.create(
        obj=obj, mjd=1, flux=1.0, fluxerr=0.1, instrument=camera, origin=Origin.objects.create(name="x"),
        audience=audience, upload=upload, bandpass=Bandpass.objects.create(name="ztfg"),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as said:
        assert len(light_curves.light_curve(viewer_of(member), obj.pk)) == 1
    read = next(query["sql"] for query in said if "sources_pointvalidation" in query["sql"])
    assert plan(read.replace("%", "%%"), None).count('"Relation Name": "sources_photometry"') == 1
