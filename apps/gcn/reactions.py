"""What this app does when something happened: maps are drawn, objs and maps find each other."""

from __future__ import annotations

from apps.candidates.entries import CandidatesArrived
from apps.sources.entries import SourceSaved
from skyportal.journal.reactions import on

from .entries import LocalizationAdded, NoticeAdmitted


@on(NoticeAdmitted, outside=True)
def locate(admitted: NoticeAdmitted, delivery_id: int) -> None:
    """Fetching a map may take minutes. A map that is there already is not made again."""
    from .actions.locating import locate as draw  # astropy: only a worker that draws maps pays for it

    draw(admitted.notice_id)


@on(LocalizationAdded)
def match_objs_in(added: LocalizationAdded) -> None:
    from .actions.matching import match_map
    from .models import Localization

    found = Localization.objects.filter(pk=added.localization_id).select_related("event").defer("contour").first()
    if found is not None:
        match_map(found)


@on(CandidatesArrived)
def match_candidates(arrived: CandidatesArrived) -> None:
    from .actions.matching import match_named

    match_named(arrived.obj_names)


@on(SourceSaved)
def match_source(saved: SourceSaved) -> None:
    from .actions.matching import match_ids

    match_ids([saved.obj_id])
