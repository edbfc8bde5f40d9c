"""Setting what follows by itself when an alert passes a filter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import FilterChanged
from ..models import Automation, Filter
from ..queries.automation import groups_to_heed
from ..queries.filters import get_editable
from ..slots import followup_desks

MOST_A_NIGHT = 10_000
MOST_REQUEST = 20_000
NAMES = {
    "autosave": "autosave", "autoSave": "autosave", "auto_save": "autosave",
    "autoAnnotate": "annotate", "auto_annotate": "annotate",
    "autoFollowup": "follow_up", "auto_followup": "follow_up",
    "facility": "desk", "allocation": "choice", "payload": "payload", "ignore_group_ids": "unless_saved_by",
    "ignore_classified": "unless_classified", "most_saves": "most_saves", "most_follow_ups": "most_follow_ups",
    "least_score": "least_score",
}  # fmt: skip
"""What the public API calls each setting."""


def named(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings among what a client sent, under our names; those of ``automation`` too."""
    inner = given.get("automation")
    if inner is not None and not isinstance(inner, Mapping):
        raise Invalid("automation: must be an object.")
    both = {**given, **(inner or {})}
    return {ours: both[theirs] for theirs, ours in NAMES.items() if theirs in both}


@transaction.atomic
def automate(viewer: Viewer, filter_id: int, given: Mapping[str, Any]) -> Automation:
    """Change what a filter does by itself; what is not named stays."""
    found = get_editable(viewer, filter_id)
    chosen, _ = Automation.objects.select_for_update().get_or_create(filter=found)
    for name in ("annotate", "follow_up", "unless_classified"):
        if name in given:
            setattr(chosen, name, _flag(name, given[name]))
    if "autosave" in given:
        found.autosave = _flag("autosave", given["autosave"])
        found.save(update_fields=["autosave", "modified"])
    if "most_saves" in given:
        chosen.most_saves = _count("most_saves", given["most_saves"], empty=True)
    if "most_follow_ups" in given:
        chosen.most_follow_ups = _count("most_follow_ups", given["most_follow_ups"], empty=False) or 0
    if "least_score" in given:
        chosen.least_score = _score(given["least_score"])
    _request(viewer, found, chosen, given)
    chosen.save()
    if "unless_saved_by" in given:
        chosen.unless_saved_by.set(_groups(viewer, chosen, given["unless_saved_by"]))
    record(FilterChanged(found.pk, found.group_id, "told what to do by itself", viewer.user_id))
    return chosen


def _request(viewer: Viewer, found: Filter, chosen: Automation, given: Mapping[str, Any]) -> None:
    """Of whom what is asked. Where nobody takes requests yet, asking is only written down."""
    for name in ("desk", "choice"):
        if name in given:
            setattr(chosen, name, str(given[name] or "").strip()[:200])
    if "payload" in given:
        payload = given["payload"] or {}
        if not isinstance(payload, dict) or len(str(payload)) > MOST_REQUEST:
            raise Invalid("payload: must be an object of what the facility's form asks.")
        chosen.payload = payload
    if not chosen.follow_up or not list(followup_desks.items()):
        return
    desk = followup_desks.get(chosen.desk)
    if desk is None:
        known = ", ".join(key for key, _ in followup_desks.items())
        raise Invalid(f"facility: choose who is asked for observations: {known}.")
    desk.check(viewer, found.group_id, chosen.choice, chosen.payload)


def _flag(name: str, value: Any) -> bool:
    """A flag, or an object that says whether it is ``active``."""
    if isinstance(value, Mapping):
        value = value.get("active", False)
    words = str(value).strip().lower()
    if words in ("true", "1", "t", "yes", "on"):
        return True
    if words in ("false", "0", "f", "no", "off", "none", ""):
        return False
    raise Invalid(f"{name}: must be true or false.")


def _count(name: str, value: Any, *, empty: bool) -> int | None:
    if value in (None, "") and empty:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= MOST_A_NIGHT or number != int(number):
        raise Invalid(f"{name}: must be a whole number from 0 to {MOST_A_NIGHT}.")
    return int(number)


def _score(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        score = float(value)
    except (TypeError, ValueError):
        score = math.nan
    if not 0 <= score <= 1:
        raise Invalid("least_score: must be a number from 0 to 1.")
    return score


def _groups(viewer: Viewer, chosen: Automation, given: Any) -> list[int]:
    """Of these groups; those that others chose stay, for whoever may not know of them."""
    ids = given if isinstance(given, list) else []
    if not all(str(pk).isdecimal() and len(str(pk)) < 10 for pk in ids):
        raise Invalid("ignore_group_ids: must be a list of ids of groups.")
    known = {group.pk for group in groups_to_heed(viewer)}
    wanted = {int(pk) for pk in ids}
    kept = set(chosen.unless_saved_by.values_list("pk", flat=True)) - known
    if unknown := wanted - known - kept:
        raise Invalid(f"ignore_group_ids: you are in no group {', '.join(map(str, sorted(unknown)))}.")
    return sorted(wanted | kept)
