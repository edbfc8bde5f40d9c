"""Keeping scanning profiles, and choosing the one that opens the page."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.groups import actions as people
from apps.sources.actions.kept import keep_address
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ScanProfileChanged
from ..models import ScanProfile
from ..queries.profiles import PREFERENCE, get_profile

NOT_KEPT = ("page", "since", "scanSession")


@transaction.atomic
def keep(viewer: Viewer, name: Any, query: str, group_id: int | None = None) -> ScanProfile:
    """Keep an address of the scanning page under a name; the same name again replaces what it meant."""
    profile = keep_address(
        viewer, ScanProfile.objects.all(), name, query, group_id, without=NOT_KEPT, otherwise="window=week"
    )
    record(ScanProfileChanged(profile.name, "kept", viewer.user_id))
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
