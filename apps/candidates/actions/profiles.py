"""Keeping scanning profiles, and choosing the one that opens the page."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import QueryDict

from apps.groups import actions as people
from apps.groups import queries as groups
from apps.sources.actions import checks
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ScanProfileChanged
from ..models import ScanProfile
from ..queries.profiles import PREFERENCE, get_profile

MOST = 200
NOT_KEPT = ("page", "since", "scanSession")


@transaction.atomic
def keep(viewer: Viewer, name: Any, query: str, group_id: int | None = None) -> ScanProfile:
    """Keep an address of the scanning page under a name; the same name again replaces what it meant."""
    person = checks.person(viewer)
    name = checks.text(name, "name", most=80).strip()
    if len(query) > 4000:
        raise Invalid("This profile is too long to keep.")
    asked = QueryDict(query, mutable=True)
    for part in NOT_KEPT:
        asked.pop(part, None)
    if not asked:
        asked["window"] = "week"
    if group_id is not None:
        (group_id,) = groups.accessible_group_ids(viewer, [group_id])
    if ScanProfile.objects.filter(owner=person).count() >= MOST:
        raise Invalid(f"You keep {MOST} profiles; delete one first.")
    profile, _ = ScanProfile.objects.update_or_create(
        owner_id=person, name=name, defaults={"query": asked.urlencode(), "group_id": group_id}
    )
    record(ScanProfileChanged(name, "kept", person))
    return profile


@transaction.atomic
def forget(viewer: Viewer, profile_id: int) -> ScanProfile:
    profile = ScanProfile.objects.deletable_by(viewer).filter(pk=profile_id).first()
    if profile is None:
        raise NotVisible("There is no such profile of yours.", status=404)
    record(ScanProfileChanged(profile.name, "deleted", viewer.user_id))
    profile.delete()
    return profile


@transaction.atomic
def choose(viewer: Viewer, profile_id: int | None) -> str:
    """Open the scanning page with this profile from now on; with none, as it comes. Its name."""
    name = get_profile(viewer, profile_id).name if profile_id is not None else ""
    people.change_profile(viewer, {"preferences": {PREFERENCE: profile_id}})
    record(ScanProfileChanged(name, "chosen", viewer.user_id))
    return name
