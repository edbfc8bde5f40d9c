"""What follows by itself when an alert passes: acts, refusals with their reasons, and requests handed to a desk."""

import pytest
from django.test import Client

from apps.candidates.actions.acting import hand_over
from apps.candidates.actions.automation import automate
from apps.candidates.entries import FollowupWanted
from apps.candidates.models import AutomaticAct, Candidate, Filter
from apps.candidates.queries.vetting import vetted
from apps.candidates.slots import FollowupDesk, followup_desks
from apps.sources.actions.sources import save_source, unsave_source
from apps.sources.models import Annotation, Classification, Obj, Taxonomy
from skyportal.access.errors import Invalid, NotAllowed
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.models import JournalEntry
from tests.factories import GroupFactory, join

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system("test")


def acts(**which):
    rows = AutomaticAct.objects.filter(**which)
    return {row.obj.name: row.reason for row in rows.select_related("obj")}


@pytest.fixture
def names(night):
    return list(dict.fromkeys(packet["objectId"] for packet in night))


def test_it_saves_what_passes_but_not_against_its_constraints(intake, every_alert, messages, names, packets_of, group):
    """Everything is there before, so that each constraint has its obj; the newest of each passes again."""
    intake.take(packets_of(messages[:40]))
    here = [obj for name in names if (obj := Obj.objects.filter(name=name).first())]
    other, taxonomy = (
        GroupFactory(name="Others"),
        Taxonomy.objects.create(name="T", hierarchy={}, audience=Audience.objects.of([group.pk])),
    )
    save_source(SYSTEM, here[0], [other.pk])
    Classification.objects.create(obj=here[1], taxonomy=taxonomy, classification="AGN",
                                  audience=Audience.objects.of([group.pk]))  # fmt: skip
    save_source(SYSTEM, here[2], [group.pk])
    unsave_source(SYSTEM, here[2], [group.pk])
    save_source(SYSTEM, here[3], [group.pk])
    automate(SYSTEM, every_alert.pk, {"autosave": True, "unless_classified": True, "unless_saved_by": [other.pk]})
    Candidate.objects.all().delete()  # as if they passed for the first time now
    intake.take(packets_of(messages[:40]))
    refused = acts(outcome="refused", deed="save")
    assert "leaves alone" in refused.pop(here[0].name)
    assert "classified already" in refused.pop(here[1].name)
    assert "took it off" in refused.pop(here[2].name)
    assert not refused
    done = acts(outcome="done")
    assert set(done) == {obj.name for obj in here} - {obj.name for obj in here[:4]}
    assert all("version 1" in reason and "vetting score" in reason for reason in done.values())
    entry = JournalEntry.objects.get(kind="FilterActed")
    told = {one["obj"]: one for one in entry.payload["acts"]}
    assert set(told) == set(done) | {obj.name for obj in here[:3]}
    assert told[here[1].name]["reason"] == "It is classified already."


def test_at_most_so_many_a_night_and_the_best_scored_first(intake, every_alert, messages, packets_of, group):
    automate(SYSTEM, every_alert.pk, {"autosave": True, "most_saves": 3, "least_score": 0.2})
    intake.take(packets_of(messages))
    done, refused = acts(outcome="done"), acts(outcome="refused")
    assert len(done) == group.sources.filter(active=True).count() == 3
    assert sum("used up" in reason for reason in refused.values()) > 3
    scores = {
        obj.name: found.score
        for obj in Obj.objects.all()
        if (found := vetted(SYSTEM, [obj.pk]).get(obj.pk)) and found.score is not None
    }
    best = sorted(scores.values(), reverse=True)[:3]
    assert sorted((scores[name] for name in done), reverse=True) == pytest.approx(best)
    for name, reason in refused.items():
        assert ("is needed" in reason) == (scores.get(name, 0) < 0.2)
    before = AutomaticAct.objects.count()
    intake.take(packets_of(messages))  # the same again: nothing is done or said twice
    assert AutomaticAct.objects.count() == before


@pytest.fixture
def desk():
    taken = []

    def take(ask):
        if ask.payload.get("exposure") == "too long":
            raise Invalid("The exposure is too long.")
        taken.append(ask)
        return f"Request {ask.number} of {ask.choice}."

    def check(viewer, group_id, choice, payload):
        if choice != "sedm":
            raise Invalid("No such allocation.")

    followup_desks.plug("test")(FollowupDesk("A telescope", lambda viewer, group_id: [("sedm", "SEDM")], check, take))
    yield taken
    del followup_desks._plugs["test"]


def wanted():
    rows = JournalEntry.objects.filter(kind="FollowupWanted").order_by("pk")
    return [FollowupWanted(**row.payload) for row in rows]


def test_observations_are_asked_for_once_and_the_answer_is_kept(intake, every_alert, messages, packets_of, desk):
    with pytest.raises(Invalid, match="facility"):
        automate(SYSTEM, every_alert.pk, {"follow_up": True})
    with pytest.raises(Invalid, match="No such allocation"):
        automate(SYSTEM, every_alert.pk, {"follow_up": True, "desk": "test", "choice": "x"})
    automate(SYSTEM, every_alert.pk, {"follow_up": True, "desk": "test", "choice": "sedm", "payload": {"priority": 3},
                                      "most_follow_ups": 2})  # fmt: skip
    intake.take(packets_of(messages))
    asks = wanted()
    assert len(asks) == AutomaticAct.objects.filter(outcome="asked").count() == 2
    assert desk == []  # nobody is asked while the stream waits
    for ask in [*asks, *asks]:  # a delivery may come twice
        hand_over(ask)
    assert [one.obj_name for one in desk] == [ask.obj_name for ask in asks]
    assert desk[0].payload == {"priority": 3}
    assert desk[0].group_id == every_alert.group_id
    assert all("Request" in reason for reason in acts(outcome="done").values())
    assert JournalEntry.objects.filter(kind="FollowupAnswered").count() == 2


def test_a_desk_that_refuses_is_quoted_and_none_at_all_is_said(intake, every_alert, messages, packets_of, desk):
    automate(SYSTEM, every_alert.pk, {"follow_up": True, "desk": "test", "choice": "sedm",
                                      "payload": {"exposure": "too long"}, "most_follow_ups": 1})  # fmt: skip
    intake.take(packets_of(messages))
    [ask] = wanted()
    hand_over(ask)
    assert "too long" in acts(outcome="refused", obj_id=ask.obj_id)[ask.obj_name]
    AutomaticAct.objects.filter(pk=ask.act_id).update(outcome="asked")
    hand_over(FollowupWanted(**{**ask.__dict__, "desk": "gone"}))
    assert "No facility is connected yet" in AutomaticAct.objects.get(pk=ask.act_id).reason


def test_a_filter_that_may_not_annotate_says_nothing(intake, every_alert, messages, packets_of):
    automate(SYSTEM, every_alert.pk, {"annotate": False})
    assert intake.take(packets_of(messages[:10])).admitted == 10
    assert not Annotation.objects.exists()


def test_it_is_set_on_the_page_and_what_it_did_is_listed_there(
    every_alert, member, group_admin, group, intake, messages, packets_of
):
    browser, path = Client(), f"/filter/{every_alert.pk}"
    browser.force_login(group_admin)
    assert "No facility is connected yet" in browser.get(path).text
    answer = browser.post(f"{path}/automation", {"autosave": "1", "annotate": "1", "most_follow_ups": "x"})
    assert answer.status_code == 400
    assert "most_follow_ups: must be a whole number" in answer.text
    other = GroupFactory(name="Not mine")
    wrong = {"autosave": "1", "most_follow_ups": "1", "unless_saved_by": [other.pk]}
    assert "you are in no group" in browser.post(f"{path}/automation", wrong).text
    join(group_admin, other)
    good = {"autosave": "1", "annotate": "1", "most_saves": "2", "most_follow_ups": "1", "unless_saved_by": [other.pk]}
    assert browser.post(f"{path}/automation", good).status_code == 302
    intake.take(packets_of(messages))
    shown = browser.get(path).text
    assert "It passed version 1" in shown
    assert "2 are used up" in shown
    browser.force_login(member)
    assert "Let it do so" not in browser.get(path).text
    assert browser.post(f"{path}/automation", good).status_code == 403


def test_the_api_has_its_names(api_of, every_alert, group_admin, viewer_of, member):
    api, path = api_of(group_admin), f"filters/{every_alert.pk}"
    body = {"autoSave": True, "autoFollowup": True, "automation": {"most_saves": 4, "ignore_classified": True}}
    assert api.patch(path, body)[0] == 200
    said = api.get(path)[1]["data"]
    assert said["autosave"] is True
    names = ("autoSave", "autoAnnotate", "autoFollowup", "most_saves", "ignore_classified")
    assert [said["automation"][name] for name in names] == [True, True, True, 4, True]
    assert api.patch(path, {"automation": {"least_score": 3}})[0] == 400
    assert api.patch(path, {"autosave": False})[0] == 200
    assert Filter.objects.get().autosave is False
    with pytest.raises(NotAllowed):
        automate(viewer_of(member), every_alert.pk, {"autosave": True})
