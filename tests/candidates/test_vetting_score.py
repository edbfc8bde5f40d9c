"""The vetting score: what its terms rest on, what they count for a group, sorting and narrowing by it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.candidates.actions.vetting import Told, keep, look_in_catalogues, weigh
from apps.candidates.alerts.vetting import WEIGHTS, facts, score, sentences, terms
from apps.candidates.models import Vetting
from apps.candidates.queries.scanning import scope
from apps.candidates.queries.vetting import scored, vetted
from apps.sources.models import Annotation
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from tests.factories import FilterFactory, GroupFactory

from .scanning_data import passed

SYSTEM = Viewer.system("test")


def ztf(**said):
    return facts({"candidate": {"jd": 2461000.5, "neargaiabright": -999.0, "distpsnr1": -999.0, **said}}, "ztf")


def test_terms_of_a_packet_and_their_sentences():
    clean = ztf(drb=0.98, ssdistnr=-999.0, ndethist=4, jdstarthist=2460990.5)
    assert terms(clean) == {"real_bogus": 0.98, "star": 1.0, "bright_star": 1.0, "minor_planet": 1.0, "history": 1.0,
                            "host": None}  # fmt: skip
    assert sentences(clean)["history"] == "4 detections, the first 10.0 d before this one"
    on_star = ztf(distpsnr1=0.3, sgscore1=0.97, rb=0.5)
    assert terms(on_star)["star"] == pytest.approx(0.03)
    assert terms(on_star)["real_bogus"] == 0.5
    assert sentences(on_star)["star"] == "nearest PS1 source at 0.3″, star/galaxy score 0.97"
    assert terms(ztf(distpsnr1=2.0, sgscore1=1.0))["star"] == pytest.approx(0.5)
    assert terms(ztf(distpsnr1=0.2, sgscore1=0.02))["host"] == 0.0
    assert terms(ztf(distpsnr1=4.0, sgscore1=0.02))["host"] == 1.0
    glare = ztf(neargaiabright=10.0, maggaiabright=12.0)
    assert terms(glare)["bright_star"] == pytest.approx(10 / 25)
    rock = ztf(ssdistnr=1.0, ssnamenr="2001AB", ndethist=1)
    assert terms(rock)["minor_planet"] == 0.0
    assert "2001AB" in sentences(rock)["minor_planet"]
    assert terms(rock)["history"] == 0.4
    assert terms(ztf(ndethist=90, jdstarthist=2460000.5))["history"] == pytest.approx(0.2)


def test_what_a_packet_does_not_tell_counts_for_nothing():
    assert facts({"something": 1}, "ztf") == {}
    assert facts({"candidate": "x"}, "ztf") == facts({"diaSource": None}, "lsst") == facts({}, "elasticc") == {}
    assert set(terms({}).values()) == {None}
    assert score(terms({}), WEIGHTS) is None
    rubin = facts({"diaSource": {"reliability": 0.9, "midpointMjdTai": 61000.0, "ssObjectId": 0}, "prvDiaSources": None,
                   "diaObject": {"nDiaSources": 3, "firstDiaSourceMjdTai": 60990.0}}, "lsst")  # fmt: skip
    assert terms(rubin) == {"real_bogus": 0.9, "star": None, "bright_star": None, "minor_planet": 1.0, "history": 1.0,
                            "host": None}  # fmt: skip
    assert score({"real_bogus": 0.2, "host": 1.0}, {"real_bogus": 1.0, "host": -3.0}) == pytest.approx(0.2 / 4)


@pytest.fixture
def three(group, stream):
    """Objs that a classifier finds good, middling and bad; the bad one passed last."""
    found = FilterFactory(name="bright", group=group, stream=stream)
    objs = passed(found, 3)
    now = timezone.now()
    keep(Told(obj.pk, found.pk, now, {"real": real, "stars_looked_for": True})
         for obj, real in zip(objs, (0.9, 0.5, 0.1), strict=True))  # fmt: skip
    return found, objs


@pytest.mark.django_db
def test_the_newest_packet_tells_and_older_ones_change_nothing(three):
    found, objs = three
    keep([Told(objs[0].pk, found.pk, timezone.now() - timedelta(days=3), {"real": 0.0})])
    assert Vetting.objects.get(obj=objs[0]).real_bogus == 0.9
    keep([Told(objs[0].pk, found.pk, timezone.now(), {"real": 0.3})])
    assert Vetting.objects.get(obj=objs[0]).real_bogus == 0.3


@pytest.mark.django_db
def test_sorted_and_narrowed_by_the_weights_of_each_filters_group(api_of, member, three, group):
    objs = three[1]
    api = api_of(member)

    def names(**asked):
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        status, answer = api.get(f"candidates?{query}")
        assert status == 200, answer
        return [one["id"] for one in answer["data"]["candidates"]]

    good, middling, bad = (obj.name for obj in objs)
    assert names() == [bad, middling, good]
    assert names(sortByVetting="desc") == [good, middling, bad]
    assert names(sortByVetting="asc") == [bad, middling, good]
    assert names(minVettingScore=0.9) == [good]
    weigh(SYSTEM, group.pk, {**dict.fromkeys(WEIGHTS, 0), "real_bogus": -1})
    assert names(sortByVetting="desc") == [bad, middling, good]
    [one] = [item for item in api.get("candidates?includeVetting=true")[1]["data"]["candidates"] if item["id"] == bad]
    assert one["vetting"]["score"] == pytest.approx(0.9)
    in_sql = dict(scored(scope(SYSTEM)).values_list("obj_id", "score"))
    assert {pk: pytest.approx(value) for pk, value in in_sql.items()} == {
        pk: one.score for pk, one in vetted(SYSTEM, in_sql).items()
    }


@pytest.mark.django_db
def test_catalogue_annotations_count_for_groups_that_may_read_them(three, group):
    good, middling, _ = three[1]
    ours, others = Audience.objects.of([group.pk]), Audience.objects.of([GroupFactory().pk])
    Annotation.objects.create(obj=good, origin="VII/294", data={"separation": 0.3}, audience=ours)
    Annotation.objects.create(obj=middling, origin="VII/294", data={"separation": 0.3}, audience=others)
    Annotation.objects.create(obj=good, origin="gaiadr3.gaia_source", data={"separation": 9.0}, audience=ours)
    look_in_catalogues([good.pk, middling.pk])
    rows = {row.obj_id: row for row in Vetting.objects.all()}
    assert rows[good.pk].known == 0.0
    assert "Million Quasars" in rows[good.pk].said
    assert rows[middling.pk].known is None
    Annotation.objects.all().delete()
    look_in_catalogues([good.pk])
    assert Vetting.objects.get(obj=good).known is None


@pytest.mark.django_db
def test_weights_are_set_by_admins_of_the_group_on_its_page(three, group, member, group_admin, viewer_of, outsider):
    path, browser = reverse("vetting-weights", args=[group.pk]), Client()
    browser.force_login(outsider)
    assert browser.get(path).status_code == 404
    browser.force_login(member)
    assert "Weigh it so" not in browser.get(path).text
    assert browser.post(path, {"real_bogus": "1"}).status_code == 403
    browser.force_login(group_admin)
    form = {name: str(weight) for name, weight in WEIGHTS.items()}
    answer = browser.post(path, {**form, "host": "much"})
    assert (answer.status_code, "Off the nucleus: the weight must be a number" in answer.text) == (400, True)
    assert browser.post(path, {**form, "host": "-2"}).status_code == 302
    found = vetted(viewer_of(group_admin), [three[1][0].pk])[three[1][0].pk]
    assert {term.name: term.weight for term in found.terms}["host"] == -2
    browser.post(path, {"usual": "1"})
    found = vetted(viewer_of(group_admin), [three[1][0].pk])[three[1][0].pk]
    assert {term.name: term.weight for term in found.terms} == WEIGHTS
    with pytest.raises(Invalid, match="At least one"):
        weigh(SYSTEM, group.pk, dict.fromkeys(WEIGHTS, 0))
    with pytest.raises(NotAllowed):
        weigh(viewer_of(member), group.pk, {"host": 1})


@pytest.mark.django_db
def test_card_and_source_page_show_every_term_with_value_weight_and_sentence(three, member, outsider):
    browser, (good, *_) = Client(), three[1]
    browser.force_login(member)
    panel = browser.get(reverse("source-vetting", args=[good.name])).text
    for shown in (panel, browser.get(reverse("scan")).text):
        assert "the survey&#x27;s classifier says 0.90" in shown
        assert "no catalogue was asked yet" in shown
        assert "no known minor planet" not in shown  # the packet did not say
    browser.force_login(outsider)
    assert browser.get(reverse("source-vetting", args=[good.name])).status_code == 404
