"""What this app does when something happened: work that somebody waits for."""

from __future__ import annotations

from apps.sources.entries import AnnotationChanged
from skyportal.journal.reactions import on

from .entries import BackTestAsked, FollowupWanted


@on(BackTestAsked, outside=True)
def try_filter(asked: BackTestAsked, delivery_id: int) -> None:
    """Minutes of reading files, so no transaction is held open. One that is done is not done again."""
    from .actions.trying import carry_out  # brings Arrow in: only a worker that tries filters pays for it

    carry_out(asked.test_id)


@on(FollowupWanted)
def ask_for_observations(wanted: FollowupWanted) -> None:
    from .actions.acting import hand_over

    hand_over(wanted)


@on(AnnotationChanged)
def look_in_catalogues_again(changed: AnnotationChanged) -> None:
    """A catalogue may have told of a variable or an AGN: the vetting score counts it."""
    from .actions.vetting import look_in_catalogues

    if changed.resource == "sources":
        look_in_catalogues([changed.obj_id])
