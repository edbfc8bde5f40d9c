"""Packets on their way in: what becomes of those that pass, and that the same again changes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.candidates.actions.intake import Intake
from apps.candidates.actions.packets import SetAside, set_aside
from apps.candidates.actions.replay import replay
from apps.candidates.alerts import simulator
from apps.candidates.alerts.archive import Archive
from apps.candidates.models import Candidate, Filter, LatestCandidate, RefusedPacket, StreamPulse
from apps.sources.models import Annotation, Obj, Photometry, Thumbnail
from skyportal.access.errors import NotAllowed
from skyportal.access.viewer import Viewer
from skyportal.journal.models import JournalEntry
from tests.factories import FilterFactory, FilterVersionFactory, GroupFactory, StreamFactory, join, make_user

TABLES = (
    "sources_obj", "candidates_candidate", "candidates_latestcandidate", "sources_annotation", "sources_photometry",
    "sources_thumbnail", "sources_photstat", "sources_upload", "sources_objreader", "access_audience",
    "journal_journalentry", "candidates_filter",
)  # fmt: skip


def everything():
    """All rows of all tables that admission writes, times included."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t")
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
def test_what_passes_becomes_objs_candidates_annotations_photometry_and_pictures(
    intake, every_alert, messages, night, packets_of
):
    report = intake.take(packets_of(messages))
    assert (report.read, report.new, report.refused, report.admitted) == (len(night), len(night), 0, len(night))
    names = {packet["objectId"] for packet in night}
    assert set(Obj.objects.values_list("name", flat=True)) == names
    assert Candidate.objects.count() == len(night)
    assert LatestCandidate.objects.count() == len(names)
    assert Annotation.objects.filter(origin="Transients:all").count() == len(names)
    newest = max(night, key=lambda packet: packet["candidate"]["jd"])
    said = Annotation.objects.get(obj__name=newest["objectId"])
    assert said.data["mag"] == pytest.approx(newest["candidate"]["magpsf"], abs=1e-4)
    for name in names:
        assert set(Thumbnail.objects.filter(obj__name=name).values_list("type", flat=True)) == {"new", "ref", "sub"}
        assert Photometry.objects.filter(obj__name=name).exists()
    entries = JournalEntry.objects.filter(kind="CandidatesArrived")
    assert entries.count() == 1
    assert f"candidates:{every_alert.group_id}" in entries.get().topics


@pytest.mark.django_db
def test_the_same_packets_again_change_nothing_not_even_times(intake, every_alert, messages, packets_of, ztf, tmp_path):
    intake.take(packets_of(messages))
    before = everything()
    report = intake.take(packets_of(messages))
    assert (report.new, report.repeated, report.admitted) == (0, len(messages), 0)
    assert everything() == before
    # Nor in other batches, by another process, or where the archive was lost.
    other = Intake(ztf, archive=Archive(tmp_path / "lost"))
    for start in range(0, len(messages), 7):
        other.take(packets_of(messages[start : start + 7]))
    assert everything() == before


@pytest.mark.django_db
def test_packets_that_come_late_do_not_overwrite_what_is_newer(intake, every_alert, messages, night, packets_of):
    order = sorted(range(len(night)), key=lambda n: -night[n]["candidate"]["jd"])
    for n in order:
        intake.take(packets_of([messages[n]]))
    for name in {packet["objectId"] for packet in night}:
        newest = max((p for p in night if p["objectId"] == name), key=lambda p: p["candidate"]["jd"])
        assert Annotation.objects.get(obj__name=name).data["mag"] == pytest.approx(
            newest["candidate"]["magpsf"], abs=1e-4
        )


@pytest.mark.django_db
def test_each_point_is_for_the_streams_that_carry_its_programme(
    intake, every_alert, messages, night, packets_of, viewer_of, group
):
    partners = StreamFactory(name="ZTF Partnership", altdata={"survey": "ZTF", "programids": [1, 2]})
    StreamFactory(name="Another survey", altdata={"survey": "LSST", "programids": [2]})
    inner = GroupFactory(name="Partners", streams=[partners])
    public, partner = make_user("public", groups_=[group]), make_user("partner", groups_=[group])
    join(partner, inner)
    intake.take(packets_of(messages))
    points = {}
    for packet in night:
        for point in [packet["candidate"], *(packet["prv_candidates"] or []), *(packet.get("fp_hists") or [])]:
            points.setdefault(point["programid"], set()).add(round(point["jd"] - 2400000.5, 6))
    assert {1, 2} <= set(points), "the night must have both programmes for this test to mean something"

    def seen(user):
        return {round(mjd, 6) for mjd in Photometry.objects.visible_to(viewer_of(user)).values_list("mjd", flat=True)}

    assert seen(public) <= points[1]
    assert seen(public)
    assert seen(partner) - seen(public) <= points[2]
    assert seen(partner) > seen(public)
    nobody = points.get(3, set()) - points[1] - points[2]
    assert not seen(partner) & nobody


@pytest.mark.django_db
def test_candidates_and_annotations_are_the_groups_and_pictures_the_streams(
    intake, every_alert, messages, packets_of, viewer_of, member, stream_member, outsider
):
    intake.take(packets_of(messages))
    assert Candidate.objects.visible_to(viewer_of(member)).exists()
    assert Annotation.objects.visible_to(viewer_of(member)).exists()
    reader = viewer_of(stream_member)
    assert not Candidate.objects.visible_to(reader).exists()
    assert not Annotation.objects.visible_to(reader).exists()
    assert Photometry.objects.visible_to(reader).exists()
    assert Thumbnail.objects.visible_to(reader).exists()
    for model in (Obj, Candidate, Annotation, Photometry, Thumbnail):
        assert not model.objects.visible_to(viewer_of(outsider)).exists()


@pytest.mark.django_db
def test_a_night_of_rubin_comes_by_the_same_door(intake, group, tmp_path, packets_of):
    stream = StreamFactory(name="LSST", altdata={"survey": "LSST"})
    young = FilterFactory(name="young", group=group, stream=stream)
    annotations = {"sources": "diaObject.nDiaSources"}
    FilterVersionFactory(filter=young, condition="diaSource.reliability > 0.5", annotations=annotations)
    night = [packet for found, _ in simulator.simulate(61000, 60, 2, "lsst") for packet in found]
    good = [packet for packet in night if packet["diaSource"]["reliability"] > 0.5]
    door = Intake(stream, archive=Archive(tmp_path / "lsst"))
    report = door.take(packets_of([simulator.message(packet, "lsst") for packet in night]))
    assert (report.new, report.refused, report.admitted) == (len(night), 0, len(good))
    assert 0 < len(good) < len(night)
    packet = max(good, key=lambda one: len(one["prvDiaForcedSources"] or []))
    obj = Obj.objects.get(name=f"LSST{packet['diaObject']['diaObjectId']}")
    points = Photometry.objects.filter(obj=obj)
    forced = points.filter(origin__name="alert_fp").order_by("mjd")
    assert len(forced) >= len(packet["prvDiaForcedSources"]) > 0
    first = min(packet["prvDiaForcedSources"], key=lambda one: one["midpointMjdTai"])
    assert forced[0].mjd == pytest.approx(first["midpointMjdTai"] - 37 / 86400, abs=1e-8)
    assert forced[0].flux == pytest.approx(first["psfFlux"] / 1000)
    assert set(points.values_list("instrument__name", flat=True)) == {"LSSTCam"}


@pytest.mark.django_db
def test_a_filter_that_fails_on_a_batch_stands_still_and_others_go_on(
    intake, every_alert, messages, night, packets_of, group, ztf
):
    bad = FilterFactory(name="bad cast", group=group, stream=ztf)
    FilterVersionFactory(filter=bad, condition="cast(objectId as double) > 0", annotations={})
    report = intake.take(packets_of(messages))
    assert report.admitted == len(night)
    bad.refresh_from_db()
    assert bad.broken
    assert "ZTF" in bad.broken
    every_alert.refresh_from_db()
    assert not every_alert.broken
    assert JournalEntry.objects.filter(kind="FilterBroke").count() == 1
    intake.take(packets_of(messages))
    assert JournalEntry.objects.filter(kind="FilterBroke").count() == 1


@pytest.mark.django_db
def test_a_filter_switched_off_or_without_a_version_lets_nothing_pass(intake, every_alert, messages, packets_of):
    Filter.objects.update(enabled=False)
    assert intake.take(packets_of(messages)).admitted == 0
    Filter.objects.update(enabled=True)
    every_alert.versions.update(active=False)
    assert intake.take(packets_of(messages)).admitted == 0


@pytest.mark.django_db
def test_a_filter_with_autosave_saves_what_passes_it(intake, every_alert, messages, night, packets_of):
    Filter.objects.update(autosave=True)
    intake.take(packets_of(messages))
    saved = every_alert.group.sources.filter(active=True)
    assert set(saved.values_list("obj__name", flat=True)) == {packet["objectId"] for packet in night}


@pytest.mark.django_db
def test_a_bad_packet_is_set_aside_whole_and_the_batch_goes_on(intake, every_alert, messages, packets_of):
    broken = [messages[0][: len(messages[0]) // 2], b"", b"not a packet", messages[1]]
    raws = {f"topic/0/{n}": raw for n, raw in enumerate(broken)}
    report = intake.take(packets_of(broken), raws)
    assert (report.admitted, report.refused) == (1, 3)
    assert RefusedPacket.objects.count() == 3
    assert all(packet.reason for packet in RefusedPacket.objects.all())
    intake.take(packets_of(broken), raws)
    assert set(RefusedPacket.objects.values_list("times_seen", flat=True)) == {2}
    pulse = StreamPulse.objects.get()
    assert (pulse.packets, pulse.refused, pulse.passed) == (1, 6, 1)


@pytest.mark.django_db
def test_a_packet_set_aside_is_read_again_once_it_can_be(
    every_alert, messages, packets_of, ztf, settings, tmp_path, viewer_of, member
):
    settings.ALERT_ARCHIVE = tmp_path
    set_aside(ztf, [SetAside(messages[0], "topic/0/7", "the schema registry was down"), SetAside(b"junk", "f", "junk")])
    with pytest.raises(NotAllowed):
        replay(viewer_of(member))
    report = replay(Viewer.system("test"))
    assert (report.new, report.refused, report.admitted) == (1, 1, 1)
    assert RefusedPacket.objects.get(source="topic/0/7").replayed_at is not None
    assert RefusedPacket.objects.get(source="f").replayed_at is None


@pytest.mark.django_db
def test_a_large_batch_makes_as_many_queries_as_a_small_one(intake, every_alert, messages, packets_of):
    intake.take(packets_of(messages[:1]))
    with CaptureQueriesContext(connection) as few:
        intake.take(packets_of(messages[1:6]))
    with CaptureQueriesContext(connection) as many:
        intake.take(packets_of(messages[6:]))
    assert len(many) <= len(few) + 4  # more objs write two or three rows of a kind where fewer write none
