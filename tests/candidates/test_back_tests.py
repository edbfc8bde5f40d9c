"""A back-test finds what a plain evaluation of the same packets finds, for those who may know."""

import pytest

from apps.candidates.actions import archiving, backtests, trying
from apps.candidates.actions.intake import Intake
from apps.candidates.alerts.archive import Archive, night_of
from apps.candidates.models import BackTest
from apps.groups.queries import viewer_of
from apps.sources.models import Classification, Obj, Source, Taxonomy
from skyportal.access.errors import Conflict, Invalid, NotVisible
from skyportal.access.models import Audience
from skyportal.astro.time import JD_OF_MJD
from skyportal.journal.models import JournalEntry
from tests.factories import FilterFactory, FilterVersionFactory, GroupFactory, ObjFactory

pytestmark = pytest.mark.django_db

BRIGHT = "candidate.magpsf < 18.5 and candidate.drb > 0.6 and candidate.isdiffpos in ('t', '1')"
CLAUSES = (
    lambda c: c["magpsf"] is not None and c["magpsf"] < 18.5,
    lambda c: c["drb"] is not None and c["drb"] > 0.6,
    lambda c: c["isdiffpos"] in ("t", "1"),
)
SPAN = {"first": "20250101", "last": "20261231"}


@pytest.fixture
def archive(settings, tmp_path, ztf, messages, packets_of):
    """The night in the archive, in two batches."""
    settings.ALERT_ARCHIVE = tmp_path / "archive"
    intake = Intake(ztf, archive=Archive(settings.ALERT_ARCHIVE))
    for part in (messages[:25], messages[25:]):
        intake.take(packets_of(part))
    return settings.ALERT_ARCHIVE


@pytest.fixture
def bright(archive, group, ztf):
    made = FilterFactory(name="bright", group=group, stream=ztf)
    FilterVersionFactory(filter=made, number=1, condition=BRIGHT, active=False)
    FilterVersionFactory(filter=made, number=2, condition="candidate.magpsf < 17.5", active=True)
    return made


@pytest.fixture
def readable(night):
    """Packets of the programme that the stream carries."""
    return [p for p in night if p["candidate"]["programid"] == 1]


@pytest.fixture
def viewer(member):
    return viewer_of(member.pk)


def tried(viewer, found, **given):
    test = backtests.ask(viewer, found.pk, SPAN | {"text": "1"} | given)
    trying.carry_out(test.pk)
    test.refresh_from_db()
    return test


def test_what_passes_is_what_python_finds(bright, viewer, readable, night):
    test = tried(viewer, bright, other="2")
    assert (test.state, test.reason) == ("done", "")
    passing = [p for p in readable if all(clause(p["candidate"]) for clause in CLAUSES)]
    others = [p for p in readable if p["candidate"]["magpsf"] < 17.5]
    a, b = ({p["objectId"] for p in found} for found in (passing, others))
    result = test.result
    assert passing
    assert len(readable) < len(night)
    assert (result["packets"], result["left_out"]) == (len(night), len(night) - len(readable))
    assert result["alerts"] == [len(passing), len(others)]
    assert result["objects"] == [len(a), len(b)]
    assert (result["both"], result["only"]) == (len(a & b), [len(a - b), len(b - a)])
    assert {one["object"] for one in result["passing"][0]} == a
    assert {one["object"] for one in result["differing"][1]} == b - a
    nights = {}
    for p in passing:
        nights.setdefault(night_of(p["candidate"]["jd"] - JD_OF_MJD), set()).add(p["objectId"])
    assert {n["night"]: n["objects"][0] for n in result["nights"] if n["objects"][0]} == {
        n: len(found) for n, found in nights.items()
    }


def test_what_just_fails_fails_one_clause(bright, viewer, readable):
    result = tried(viewer, bright).result
    for number, entry in enumerate(result["near"]["clauses"]):
        just = [p for p in readable if [clause(p["candidate"]) for clause in CLAUSES].count(False) == 1]
        assert entry["alerts"] == sum(not CLAUSES[number](p["candidate"]) for p in just)
    assert sum(entry["alerts"] for entry in result["near"]["clauses"]) > 3
    records = {str(p["candid"]): p["candidate"] for p in readable}
    passing = {one["object"] for one in result["passing"][0]}
    for one in result["near"]["shown"]:
        truths = [clause(records[one["candid"]]) for clause in CLAUSES]
        assert (truths.count(False), truths.index(False)) == (1, one["clause"])
        assert one["object"] not in passing


def test_recall_counts_only_what_the_group_was_told(bright, viewer, readable, group, member):
    ours, theirs = Audience.objects.of([group.pk]), Audience.objects.of([GroupFactory().pk])
    taxonomy = Taxonomy.objects.create(name="small", hierarchy={"class": "x"}, version="1", audience=ours)
    names = sorted({p["objectId"] for p in readable})
    passing = {p["objectId"] for p in readable if all(clause(p["candidate"]) for clause in CLAUSES)}
    words = {name: "SN" if n % 2 else "AGN" for n, name in enumerate(names)}
    for n, (name, word) in enumerate(words.items()):
        obj = Obj.objects.filter(name=name).first() or ObjFactory(name=name)
        if n % 5:
            Source.objects.create(obj=obj, group=group)
        audience = ours if n % 3 else theirs
        Classification.objects.create(
            obj=obj, taxonomy=taxonomy, classification=word, audience=audience, author=member, author_name="m"
        )
    known = {name: word for n, (name, word) in enumerate(words.items()) if n % 5 and n % 3}
    rows = {row["class"]: row for row in tried(viewer, bright).result["classes"]}
    for word in ("SN", "AGN"):
        of_class = {name for name, said in known.items() if said == word}
        assert rows[word]["seen"] == rows[word]["labelled"] == len(of_class)
        assert rows[word]["passed"] == [len(of_class & passing)]
    assert sum(row["passed"][0] for row in rows.values()) == len(passing & known.keys()) > 0


def test_merged_files_give_the_same(bright, viewer, archive):
    before = tried(viewer, bright).result
    files = len(list(archive.rglob("part-*.parquet")))
    archive_ = Archive(archive)
    extra = next(archive.rglob("part-*.parquet"))
    extra.with_name("part-copy.parquet").write_bytes(extra.read_bytes())  # as a crash would leave it
    assert archiving.tidy(archive_) == files + 1 - len(list(archive.rglob("part-*.parquet"))) > 0
    after = tried(viewer, bright).result
    for result in (before, after):
        result.pop("seconds")
        result.pop("near")
    assert after == before
    candid = after["passing"][0][0]["candid"]
    stream = archive_.streams()[0]
    assert "cutoutScience" in archive_.packet(stream, candid)


def test_a_draft_is_checked_before_it_is_tried(bright, viewer):
    with pytest.raises(Invalid, match="candidate has no field magpfs"):
        backtests.ask(viewer, bright.pk, SPAN | {"text": "draft", "condition": "candidate.magpfs < 3"})
    assert tried(viewer, bright, text="draft", condition="candidate.magpsf < 30").result["objects"][0] > 10
    assert not BackTest.objects.exclude(state="done").exists()


@pytest.mark.parametrize(
    "given", [{"first": "yesterday"}, {"first": "20261231", "last": "20250101"}, {"text": "77"}, {"text": "x" * 50}]
)
def test_nonsense_is_refused_in_words(bright, viewer, given):
    with pytest.raises((Invalid, NotVisible)):
        backtests.ask(viewer, bright.pk, SPAN | {"text": "1"} | given)


def test_two_at_once_and_cancelling_makes_room(bright, viewer):
    first = backtests.ask(viewer, bright.pk, SPAN | {"text": "1"})
    backtests.ask(viewer, bright.pk, SPAN | {"text": "2"})
    with pytest.raises(Conflict, match="2 back-tests"):
        backtests.ask(viewer, bright.pk, SPAN | {"text": "1"})
    backtests.cancel(viewer, first.pk)
    trying.carry_out(first.pk)
    first.refresh_from_db()
    assert (first.state, first.result) == ("cancelled", None)
    assert JournalEntry.objects.filter(kind="BackTestEnded", payload__state="cancelled").count() == 1
    backtests.ask(viewer, bright.pk, SPAN | {"text": "1"})


def test_cancelled_on_the_way_it_stops(bright, viewer, monkeypatch):
    test = backtests.ask(viewer, bright.pk, SPAN | {"text": "1"})
    beginning = trying.backtest.BackTest.run

    def begin(self, *span):
        backtests.cancel(viewer, test.pk)
        return beginning(self, *span)

    monkeypatch.setattr(trying.backtest.BackTest, "run", begin)
    trying.carry_out(test.pk)
    test.refresh_from_db()
    assert (test.state, test.result) == ("cancelled", None)


def test_what_takes_too_long_fails_with_a_word(bright, viewer, settings):
    settings.BACK_TEST_SECONDS = 0
    test = tried(viewer, bright)
    assert test.state == "failed"
    assert "choose fewer nights" in test.reason


def test_others_neither_see_nor_ask(bright, viewer, outsider):
    test = tried(viewer, bright)
    stranger = viewer_of(outsider.pk)
    with pytest.raises(NotVisible):
        backtests.get_test(stranger, test.pk)
    with pytest.raises(NotVisible):
        backtests.ask(stranger, bright.pk, SPAN | {"text": "1"})
