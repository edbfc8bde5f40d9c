"""What filters do by themselves with what passed them just now: saving, asking for observations, or not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Count, Q

from apps.sources.actions.sources import save_source
from apps.sources.models import Classification, Obj, Source
from skyportal.access.errors import Refusal
from skyportal.access.models import GROUP
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import FilterActed, FollowupAnswered, FollowupWanted
from ..models import AutomaticAct, Automation, Filter, FilterVersion
from ..queries.automation import tonight
from ..queries.vetting import scores
from ..slots import FollowupAsk, followup_desks

SAVE, FOLLOW_UP = AutomaticAct.SAVE, AutomaticAct.FOLLOW_UP
DONE, REFUSED, ASKED = AutomaticAct.DONE, AutomaticAct.REFUSED, AutomaticAct.ASKED
MOST_REFUSALS = 100
"""Of one filter in one batch that are told one by one; beyond, how many."""
NOBODY = "No facility is connected yet: it is written down, and nobody was asked."


@dataclass
class Standing:
    """How things stand with the objs that passed: read once for all of them."""

    night: date
    objs: dict[int, Obj]
    saved: set[tuple[int, int]] = field(default_factory=set)  # (obj, group)
    let_go: set[tuple[int, int]] = field(default_factory=set)
    classified: set[tuple[int, int]] = field(default_factory=set)  # (obj, group that may read it)
    asked: set[tuple[int, int]] = field(default_factory=set)  # (filter, obj)
    refused: set[tuple[int, int, str]] = field(default_factory=set)  # tonight
    done: dict[tuple[int, str], int] = field(default_factory=dict)  # tonight
    scores: dict[tuple[int, int], float | None] = field(default_factory=dict)


def act(
    new_objs: Mapping[int, Sequence[int]], versions: Sequence[FilterVersion], chosen: Mapping[int, Automation]
) -> None:
    """Let filters that may act do so, with the objs that passed each of them just now; in the batch's transaction."""
    acting = []
    for version in versions:
        automation = chosen.get(version.filter_id) or Automation(filter=version.filter)
        if new_objs.get(version.filter_id) and (version.filter.autosave or automation.follow_up):
            acting.append((version, automation))
    if not acting:
        return
    # One at a time: two consumers of a stream count the night's acts together.
    ids = [version.filter_id for version, _ in acting]
    list(Filter.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    standing = _standing(ids, {pk for one in ids for pk in new_objs[one]})
    for version, automation in acting:
        _Actor(version, automation, standing).act(list(dict.fromkeys(new_objs[version.filter_id])))


def _standing(filter_ids: list[int], obj_ids: set[int]) -> Standing:
    found = Standing(tonight(), Obj.objects.in_bulk(obj_ids))
    for obj_id, group_id, active, gone in Source.objects.filter(obj_id__in=obj_ids).values_list(
        "obj_id", "group_id", "active", "unsaved_at"
    ):
        if active:
            found.saved.add((obj_id, group_id))
        elif gone:
            found.let_go.add((obj_id, group_id))
    said = Classification.objects.filter(obj_id__in=obj_ids, audience__members__kind=GROUP)
    found.classified = set(said.values_list("obj_id", "audience__members__ref"))
    acts = AutomaticAct.objects.filter(filter_id__in=filter_ids)
    open_ones = acts.filter(obj_id__in=obj_ids, deed=FOLLOW_UP).exclude(outcome=REFUSED)
    found.asked = set(open_ones.values_list("filter_id", "obj_id"))
    of_tonight = acts.filter(night=found.night)
    refused = of_tonight.filter(outcome=REFUSED, obj_id__in=obj_ids)
    found.refused = set(refused.values_list("filter_id", "obj_id", "deed"))
    counted = of_tonight.exclude(outcome=REFUSED).values_list("filter_id", "deed").annotate(n=Count("pk"))
    found.done = {(filter_id, deed): n for filter_id, deed, n in counted}
    found.scores = scores(filter_ids, obj_ids)
    return found


class _Actor:
    """One filter at work on one batch."""

    def __init__(self, version: FilterVersion, automation: Automation, standing: Standing) -> None:
        self.version, self.filter, self.automation, self.standing = version, version.filter, automation, standing
        self.heeded = [group.pk for group in automation.unless_saved_by.all()] if automation.pk else []
        self.told: list[dict[str, str]] = []
        self.rows: list[AutomaticAct] = []
        self.unlisted = 0

    def act(self, obj_ids: list[int]) -> None:
        """The best scored first: they have the night's few places."""
        obj_ids.sort(key=lambda pk: -(self._score(pk) or 0.0))
        for obj_id in obj_ids:
            if self.filter.autosave and (obj_id, self.filter.group_id) not in self.standing.saved:
                self._try(obj_id, SAVE)
            if self.automation.follow_up and (self.filter.pk, obj_id) not in self.standing.asked:
                self._try(obj_id, FOLLOW_UP)
        AutomaticAct.objects.bulk_create(self.rows, ignore_conflicts=True)
        if self.told or self.unlisted:
            record(FilterActed(self.filter.pk, self.filter.group_id, self.told, self.unlisted))

    def _score(self, obj_id: int) -> float | None:
        return self.standing.scores.get((self.filter.pk, obj_id))

    def _try(self, obj_id: int, deed: str) -> None:
        if why := self._forbidden(obj_id, deed):
            self._refuse(obj_id, deed, why)
            return
        score = self._score(obj_id)
        vetted = "" if score is None else f", vetting score {score:.2f}"
        reason = f"It passed version {self.version.number}{vetted}."
        key = self.filter.pk, deed
        self.standing.done[key] = self.standing.done.get(key, 0) + 1
        if deed == SAVE:
            self._save(obj_id, reason)
        else:
            self._ask(obj_id, reason)

    def _forbidden(self, obj_id: int, deed: str) -> str:
        """Which constraint keeps it from doing so; empty: none."""
        standing, automation, group_id = self.standing, self.automation, self.filter.group_id
        if deed == SAVE and (obj_id, group_id) in standing.let_go:
            return "Somebody took it off the group's sources."
        if any((obj_id, heeded) in standing.saved for heeded in self.heeded):
            return "A group whose sources this filter leaves alone has saved it."
        if automation.unless_classified and (obj_id, group_id) in standing.classified:
            return "It is classified already."
        if automation.least_score is not None:
            score = self._score(obj_id)
            if score is None:
                return f"It has no vetting score; {automation.least_score:.2f} is needed."
            if score < automation.least_score:
                return f"Its vetting score is {score:.2f}; {automation.least_score:.2f} is needed."
        most = automation.most_saves if deed == SAVE else automation.most_follow_ups
        if most is not None and standing.done.get((self.filter.pk, deed), 0) >= most:
            return f"Tonight's {most} are used up."
        return ""

    def _refuse(self, obj_id: int, deed: str, why: str) -> None:
        if (self.filter.pk, obj_id, deed) in self.standing.refused:
            return
        if sum(one["outcome"] == REFUSED for one in self.told) >= MOST_REFUSALS:
            self.unlisted += 1
            return
        self._tell(obj_id, deed, REFUSED, why)
        self.rows.append(self._row(obj_id, deed, REFUSED, why))

    def _save(self, obj_id: int, reason: str) -> None:
        save_source(Viewer.system("a filter saves what passes it"), self.standing.objs[obj_id], [self.filter.group_id])
        self.standing.saved.add((obj_id, self.filter.group_id))
        self._tell(obj_id, SAVE, DONE, reason)
        self.rows.append(self._row(obj_id, SAVE, DONE, reason))

    def _ask(self, obj_id: int, reason: str) -> None:
        """Written down now; the desk takes it in a reaction, so that it cannot hold up the stream."""
        row = self._row(obj_id, FOLLOW_UP, ASKED, reason)
        row.save()
        self.standing.asked.add((self.filter.pk, obj_id))
        self._tell(obj_id, FOLLOW_UP, ASKED, reason)
        chosen, obj = self.automation, self.standing.objs[obj_id]
        record(
            FollowupWanted(
                row.pk, obj_id, obj.name, self.filter.pk, self.filter.group_id, chosen.desk, chosen.choice,
                chosen.payload, reason,
            )
        )  # fmt: skip

    def _row(self, obj_id: int, deed: str, outcome: str, reason: str) -> AutomaticAct:
        return AutomaticAct(
            filter=self.filter, obj_id=obj_id, deed=deed, outcome=outcome, reason=reason, night=self.standing.night
        )

    def _tell(self, obj_id: int, deed: str, outcome: str, reason: str) -> None:
        name = self.standing.objs[obj_id].name
        self.told.append({"obj": name, "deed": deed, "outcome": outcome, "reason": reason})


@transaction.atomic
def hand_over(wanted: FollowupWanted) -> None:
    """Give a filter's request to whoever takes requests. Done again, it finds that it is done."""
    row = AutomaticAct.objects.select_for_update().filter(pk=wanted.act_id, outcome=ASKED).first()
    if row is None:
        return
    desk = followup_desks.get(wanted.desk)
    if desk is None:
        outcome, reason = ASKED, f"{wanted.reason} {NOBODY}"
    else:
        ask = FollowupAsk(row.pk, wanted.obj_id, wanted.obj_name, wanted.group_id, wanted.choice, wanted.request,
                          wanted.reason)  # fmt: skip
        try:
            with transaction.atomic():
                outcome, reason = DONE, f"{wanted.reason} {desk.take(ask)}"
        except Refusal as refusal:
            outcome, reason = REFUSED, f"{desk.label} does not take it: {refusal.message}"
            same = Q(filter_id=row.filter_id, obj_id=row.obj_id, deed=FOLLOW_UP, outcome=REFUSED, night=row.night)
            AutomaticAct.objects.filter(same).delete()
    row.outcome, row.reason = outcome, reason[:2000]
    row.save(update_fields=["outcome", "reason"])
    record(FollowupAnswered(row.pk, wanted.obj_name, row.filter_id, wanted.group_id, outcome, row.reason))
