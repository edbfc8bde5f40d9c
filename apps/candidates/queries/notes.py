"""What upper floors have to say of the cards on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from skyportal.access.viewer import Viewer

from ..slots import CardNote, card_notes
from .cards import Card


def of_cards(viewer: Viewer, cards: Sequence[Card], asked: Mapping[str, str]) -> dict[int, list[CardNote]]:
    """By obj; ``asked`` is what the address of the page says."""
    found: dict[int, list[CardNote]] = {}
    ids = [card.obj_id for card in cards]
    for say in card_notes if ids else ():
        for obj_id, note in say(viewer, ids, asked).items():
            found.setdefault(obj_id, []).append(note)
    return found
