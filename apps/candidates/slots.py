"""What upper floors may hang here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from apps.sources.slots import FollowupAsk, FollowupDesk, followup_desks
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param
from skyportal.plugins import Slot

if TYPE_CHECKING:
    from apps.groups.models import Stream

    from .alerts.batches import Places
    from .queries.scanning import Scope
    from .queries.streams import Lamp


__all__ = ["Asker", "CandidateFilter", "FollowupAsk", "FollowupDesk", "candidate_filters", "followup_desks"]


@dataclass(frozen=True)
class Asker:
    """Whoever scans, what they scan, and everything they asked: for parameters that come in pairs."""

    viewer: Viewer
    scope: Scope
    query: dict[str, Any]


@dataclass(frozen=True)
class CandidateFilter:
    """A parameter of the scanning query: its public declaration and how it narrows.

    ``apply(rows, value, asker)`` gets passings (rows with ``obj``, ``filter`` and ``passed_at``) and returns fewer.
    """

    param: Param
    apply: Callable[[QuerySet, Any, Asker], QuerySet]


lamp_makers: Slot[Callable[[Viewer], list[Lamp]]] = Slot("candidates.lamp_makers")
"""Lamps of other streams than those of alerts, beside theirs in the top bar."""

demo_chapters: Slot[Callable[[Callable[[str], None], int, Path], None]] = Slot("candidates.demo_chapters")
"""What upper floors add to the demo sky: called with how to say what is done, the night, and the truth of its sky."""

candidate_filters: Slot[CandidateFilter] = Slot("candidates.candidate_filters")
"""Parameters of `GET /api/candidates` and of the scanning page, by public name."""

batch_followers: Slot[Callable[[Stream, list[Places]], None]] = Slot("candidates.batch_followers")
"""By name, a function (stream, places of all alerts of a batch) that is called once they are safe and before their
source is told so: it must be quick, and may be called twice with the same batch."""


@dataclass(frozen=True)
class ScanField:
    """Fields of the bar above the cards: a fragment, and what it needs, by (viewer, what the address says)."""

    template: str
    context: Callable[[Viewer, Any], dict[str, Any]]


@dataclass(frozen=True)
class CardNote:
    """A few words in the head of a card, what they mean, and where more of it is to be read."""

    text: str
    title: str
    url: str


card_notes: Slot[Callable[[Viewer, list[int], Mapping[str, str]], dict[int, CardNote]]] = Slot("candidates.card_notes")
"""By name, a function (viewer, obj ids, what the page's address says) -> notes by obj."""

scan_fields: Slot[ScanField] = Slot("candidates.scan_fields")
"""Fields for parameters that upper floors hang into `candidate_filters`."""
