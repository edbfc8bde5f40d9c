"""The light curve's page: the best of each epoch first, the table as asked, points shared, changed and deleted."""

import base64
import csv
import gzip
import io
import json
import re

import numpy as np
import pytest

from apps.sources.actions.objs import make_known
from apps.sources.actions.sources import save_source
from apps.sources.models import Photometry, Thumbnail
from apps.sources.plots.marks import robust_range
from apps.sources.plots.stills import MOST_MARKS, svg_light_curve
from apps.sources.queries.light_curves import light_curve
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from tests.factories import ObjFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(member, api_of):
    return api_of(member)


@pytest.fixture
def points(api, upload, group):
    """An alert and its forced measurement 10 s later, and two points of other nights."""
    body = upload(
        mjd=[58000.0, 58000.0001, 58001.0, 58002.0],
        mag=[18.0, 18.02, 18.3, None],
        magerr=[0.1, 0.05, 0.05, None],
        limiting_mag=20.0,
        origin=["alert", "fp", "fp", "fp"],
        filter=["ztfg", "ztfg", "ztfr", "ztfg"],
        altdata=[None, {"exposure": 30}, None, None],
        group_ids=[group.pk],
    )
    status, answer = api.post("photometry", body)
    assert status == 200, answer
    return answer["data"]["ids"]


@pytest.fixture
def page(client, member, obj):
    client.force_login(member)
    return lambda path="", **query: client.get(f"/source/{obj.name}/{path}", query)


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def ids_in(figure):
    """Ids of the points of a figure's sources, which Bokeh writes as bytes."""
    written = re.findall(r'\["id",\{"type":"ndarray","array":\{"type":"bytes","data":"([^"]+)"', figure)
    return {int(pk) for text in written for pk in np.frombuffer(gzip.decompress(base64.b64decode(text)), float)}


def test_the_best_of_each_epoch_is_shown_and_the_others_are_counted(page, points):
    seen = page("photometry")
    assert (seen.context["hidden"], len(seen.context["curve"])) == (1, 4)
    figure = page("light-curve.json").content.decode()
    everything = page("light-curve.json", all="1").content.decode()
    assert f"(superseded by {points[1]})" in everything
    assert "superseded by" not in figure
    assert ids_in(figure) == set(points[1:])
    assert ids_in(everything) == set(points)
    assert figure.count('"GlyphRenderer"') == 3


def test_a_csv_is_exactly_the_table(page, points):
    everything = rows_of(page("photometry.csv"))
    assert [int(row["id"]) for row in everything] == points
    assert (everything[1]["exposure"], everything[0]["superseded_by"]) == ("30.0", str(points[1]))
    asked = {"table": "1", "columns": "id,mag", "sort": "-mag", "bandpass": "ztfg"}
    # a limit has no magnitude: it comes last in either direction
    first, last = rows_of(page("photometry.csv", **asked))
    assert (int(first["id"]), float(first["mag"])) == (points[1], pytest.approx(18.02))
    assert last == {"id": str(points[3]), "mag": ""}
    table = page("photometry/table", **asked)
    assert [id_ for id_, *_ in table.context["rows"]] == [points[1], points[3]]
    assert page("photometry/table", sort="nonsense").status_code == 400


def test_a_faint_point_finds_room_and_a_wild_one_does_not_rule():
    mag = np.append(np.linspace(18, 19, 200), [20.8, 3.0])
    bright, faint = robust_range(mag, np.array([]), np.full(len(mag), 0.3))
    assert (bright, faint) == (pytest.approx(15.2, abs=0.4), pytest.approx(21.4, abs=0.3))


def test_chosen_points_are_shared_changed_and_deleted(page, points, client, obj, outsider, viewer_of, stream_member):
    address = f"/source/{obj.name}/photometry"
    own = viewer_of(stream_member).single_user_group_id
    make_known([obj.pk], group_ids=[own])
    assert client.post(f"{address}/share", {"point": points[:2], "group_ids": own}).status_code == 302
    seen = Photometry.objects.visible_to(viewer_of(stream_member)).values_list("pk", flat=True)
    assert sorted(seen) == sorted(points[:2])
    form = client.get(f"{address}/point", {"point": points[2]}).context["values"]
    sent = {f"to_{key}": value for key, value in form.items()} | {"to_mag": "17.5", "point": points[2]}
    assert client.post(f"{address}/point", sent).status_code == 302
    assert Photometry.objects.get(pk=points[2]).flux == pytest.approx(10 ** (0.4 * (23.9 - 17.5)))
    refused = client.post(f"{address}/point", sent | {"to_mag": "bright"})
    assert "not a number" in refused.context["error"]
    assert client.post(f"{address}/delete", {"point": points[1:3]}).status_code == 302
    assert set(Photometry.objects.values_list("pk", flat=True)) == {points[0], points[3]}


def test_news_of_something_else_does_not_draw_the_light_curve_again(page, points, client, obj):
    state = page("photometry").context["state"]
    address = f"/source/{obj.name}/photometry?inside&have={state}"
    assert client.get(address).status_code == 204
    Photometry.objects.filter(pk=points[0]).delete()
    assert client.get(address).status_code == 200


def test_an_upload_goes_whole_by_one_of_its_points(page, points, client, obj, api, upload):
    other = api.post("photometry", upload(mjd=58010.0, mag=18.0, magerr=0.1))[1]["data"]["ids"]
    assert client.post(f"/source/{obj.name}/photometry/delete-upload", {"point": points[0]}).status_code == 302
    assert list(Photometry.objects.values_list("pk", flat=True)) == other


def test_an_origin_that_says_forced_is_kept_as_forced(points):
    forced = Photometry.objects.filter(flags=Photometry.FORCED).order_by("pk").values_list("pk", flat=True)
    assert list(forced) == points[1:]


def test_who_did_not_bring_points_deletes_none_of_them(points, client, group_admin, obj):
    client.force_login(group_admin)
    answer = client.post(f"/source/{obj.name}/photometry/delete", {"point": points})
    assert answer.status_code == 403
    assert Photometry.objects.count() == 4


def test_photometry_of_a_duplicate_is_copied(api, points, group, obj, upload):
    twin = ObjFactory(name="ZTF26twin")
    make_known([twin.pk], group_ids=[group.pk])
    body = {"origin_id": obj.name, "group_ids": [group.pk]}
    for _ in range(2):  # a second time changes nothing
        status, answer = api.post(f"sources/{twin.name}/copy_photometry", body)
        assert status == 200, answer
    copied, original = (api.get(f"sources/{o.name}/photometry", format="both")[1]["data"] for o in (twin, obj))
    own = ("id", "obj_id", "created_at")
    assert [{k: v for k, v in p.items() if k not in own} for p in copied] == [
        {k: v for k, v in p.items() if k not in own} for p in original
    ]
    assert api.post(f"sources/{twin.name}/copy_photometry", {"origin_id": obj.name})[0] == 400


def test_it_is_copied_by_page_and_taken_back_again(page, points, client, group, obj, member, viewer_of):
    twin = ObjFactory(name="ZTF26twin", ra=obj.ra, dec=obj.dec)
    make_known([twin.pk], group_ids=[group.pk])
    save_source(viewer_of(member), obj, [group.pk])
    assert f"<option>{obj.name}</option>" in client.get(f"/source/{twin.name}/facts").content.decode()
    said, htmx = {"origin_id": obj.name}, {"HX-Request": "true"}
    refused = client.post(f"/source/{twin.name}/photometry/copy", said, headers=htmx)
    assert "Choose the groups" in refused["HX-Trigger"]
    copied = client.post(f"/source/{twin.name}/photometry/copy", said | {"group_ids": [group.pk]}, headers=htmx)
    toast = json.loads(copied["HX-Trigger"])["toast"]
    assert toast["message"] == "4 points copied; 0 were here already."
    assert Photometry.objects.filter(obj=twin).count() == 4
    assert client.post(toast["undo_url"], headers=htmx).status_code == 200
    assert not Photometry.objects.filter(obj=twin).exists()


def test_a_still_has_points_without_an_error(points, obj):
    """Measured in a spectrum without errors."""
    obj.refresh_from_db()
    Photometry.objects.filter(pk=points[2]).update(fluxerr=float("nan"))
    still = svg_light_curve(light_curve(Viewer.system("a test"), obj.pk))
    assert "2 detections" not in still
    assert "3 detections" in still
    assert "nan" not in still


def test_a_still_weighs_no_more_for_five_thousand_points(page, api, upload, group):
    mjd = [58000 + n / 10 for n in range(5000)]
    mag = [18 + (n * 7919 % 1000) / 500 for n in range(5000)]
    assert api.post("photometry", json.dumps(upload(mjd=mjd, mag=mag, magerr=0.02, group_ids=[group.pk])))[0] == 200
    still = page("photometry").content.decode()
    assert still.count("a2.6 2.6 0 1 0 5.2 0") <= MOST_MARKS
    assert len(still) < 150_000


def test_a_page_of_the_table_takes_a_fixed_number_of_queries(page, points, django_assert_max_num_queries):
    page("photometry/table")
    for address, most in {"photometry": 9, "photometry/table": 10, "light-curve.json": 10}.items():
        with django_assert_max_num_queries(most):
            assert page(address).status_code == 200


def test_a_point_made_from_an_alert_leads_to_its_cutout(page, points, obj, group):
    Photometry.objects.filter(pk__in=points[2:]).update(flags=Photometry.ALERT)
    cut = Thumbnail.objects.create(
        obj=obj, type="sub", file="thumbs/00/00.png", mjd=58001.0, audience=Audience.objects.of([group.pk])
    )
    rows = page("photometry/table").context["rows"]
    assert [cutout for *_, cutout in rows] == ["", f"/thumbnails/{cut.pk}.png", ""]
    whole = page(f"photometry/{points[2]}").content.decode()
    for words in (f"/thumbnails/{cut.pk}.png", "18.300 ± 0.050", "58001.00000", "Camera"):
        assert words in whole, words
    assert "did not come with an alert" in page(f"photometry/{points[0]}").content.decode()
    assert page("photometry/999999999").status_code == 404
