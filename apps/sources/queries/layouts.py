"""How a person arranged their source page: kept in their preferences, the same in every browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..slots import Panel

PREFERENCE = "source_page"
SIDES = ("main", "side")
SPLITS = (40, 85)
"""How much of the width the main column may take, percent."""


@dataclass(frozen=True)
class Placed:
    """A panel where this person wants it."""

    key: str
    panel: Panel
    is_hidden: bool
    is_collapsed: bool

    @property
    def is_first(self) -> bool:
        """Its content comes with the page, not after it."""
        return bool(self.panel.template) and not self.is_hidden and not self.is_collapsed


@dataclass(frozen=True)
class Layout:
    main: list[Placed]
    side: list[Placed]
    split: int | None
    """Width of the main column in percent; None leaves it to the style sheet."""

    def __iter__(self) -> Any:
        return iter([*self.main, *self.side])


def arranged(preferences: Mapping[str, Any], panels: Iterable[tuple[str, Panel]]) -> Layout:
    """Every panel in its place: where the person put it or, where they never did, where it was meant to be."""
    kept = preferences.get(PREFERENCE)
    kept = kept if isinstance(kept, dict) else {}
    known = dict(sorted(panels, key=lambda item: item[1].order))
    chosen = {side: [key for key in _words(kept.get(side)) if key in known] for side in SIDES}
    placed = {key for keys in chosen.values() for key in keys}
    for key, panel in known.items():
        if key not in placed:
            _put(chosen[panel.side], key, known)
    hidden, collapsed = _words(kept.get("hidden")), _words(kept.get("collapsed"))
    columns = {
        side: [Placed(key, known[key], key in hidden, key in collapsed) for key in dict.fromkeys(keys)]
        for side, keys in chosen.items()
    }
    split = kept.get("split")
    return Layout(columns["main"], columns["side"], split if isinstance(split, int) else None)


def _put(keys: list[str], key: str, known: Mapping[str, Panel]) -> None:
    """A panel that is new to this person: before the first that comes after it by default."""
    later = (n for n, other in enumerate(keys) if known[other].order > known[key].order)
    keys.insert(next(later, len(keys)), key)


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
