"""Sharing a queue fairly: arithmetic, no database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def share(
    left: Iterable[tuple[int, int | None]], members: Collection[int], may: Mapping[int, Collection[int]]
) -> dict[int, int | None]:
    """Who takes each of what is left, so that nobody has more than one above another.

    ``left`` is (turn, whose it was) in the queue's order; ``may`` names the turns each member may see. What somebody
    has, they keep as far as that is fair: newcomers are given from the ends of the longest parts, so that nobody loses
    the card before them. What none of the members may see stays nobody's.
    """
    parts: dict[int, list[int]] = {member: [] for member in members}
    free: list[int] = []
    owner: dict[int, int | None] = {}
    for turn, was in left:
        if was in parts and turn in may[was]:
            parts[was].append(turn)
        else:
            free.append(turn)
    for turn in free:
        able = [member for member in members if turn in may[member]]
        if able:
            parts[min(able, key=lambda member: len(parts[member]))].append(turn)
        else:
            owner[turn] = None
    while _even(parts, may):
        pass
    return owner | {turn: member for member, turns in parts.items() for turn in turns}


def _even(parts: dict[int, list[int]], may: Mapping[int, Collection[int]]) -> bool:
    """Move one turn from a longer part to a shorter one; False when there is nothing left to even out."""
    by_length = sorted(parts, key=lambda member: len(parts[member]))
    for rich in reversed(by_length):
        for poor in by_length:
            if len(parts[rich]) - len(parts[poor]) < 2:
                break
            movable = next((turn for turn in reversed(parts[rich]) if turn in may[poor]), None)
            if movable is not None:
                parts[rich].remove(movable)
                parts[poor].append(movable)
                return True
    return False
