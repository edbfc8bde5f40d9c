"""What a back-test found, as its page tells it: plain values, few of them however much passed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..alerts.backtest import Near, Outcome, Question, Seen
from ..alerts.clauses import bare
from ..alerts.surveys.base import public_name

LISTED = 200
SHOWN = 24


def report(outcome: Outcome, question: Question, known: dict[str, str], survey: str) -> dict[str, Any]:
    """``known``: the classes of the group's sources, by name."""
    passing = outcome.objects
    told: dict[str, Any] = {
        "nights": [vars_of(night) for night in outcome.nights],
        "packets": sum(night.packets for night in outcome.nights),
        "left_out": sum(night.left_out for night in outcome.nights),
        "alerts": [sum(night.alerts[i] for night in outcome.nights) for i in range(len(passing))],
        "objects": [len(objects) for objects in passing],
        "passing": [_listed(objects) for objects in passing],
        "near": _near(outcome, question),
        "classes": _classes(outcome, known, survey),
        "failures": dict(outcome.failures),
    }
    if len(passing) == 2:
        a, b = passing
        told["both"] = len(a.keys() & b.keys())
        told["only"] = [len(a.keys() - b.keys()), len(b.keys() - a.keys())]
        told["differing"] = [
            _listed({name: one for name, one in mine.items() if name not in other}) for mine, other in ((a, b), (b, a))
        ]
    return told


def vars_of(night) -> dict[str, Any]:
    return {
        "night": night.night,
        "packets": night.packets,
        "left_out": night.left_out,
        "alerts": night.alerts,
        "objects": night.objects,
    }


def _listed(objects: dict[str, Seen]) -> list[dict[str, Any]]:
    """The newest first, a bounded number of them."""
    newest = sorted(objects.items(), key=lambda pair: (-pair[1].mjd, pair[0]))[:LISTED]
    return [
        {"object": name, "alerts": one.alerts, "mjd": one.mjd, "candid": one.candid, "night": one.night}
        for name, one in newest
    ]


def _near(outcome: Outcome, question: Question) -> dict[str, Any]:
    """How many alerts fail each clause and only that one, and some of them, from every clause in turn."""
    clauses = [{"text": bare(text), "alerts": outcome.near_alerts[i]} for i, text in enumerate(question.clauses)]
    return {"clauses": clauses if question.near else [], "shown": _in_turn(outcome.near)}


def _in_turn(near: list[Near]) -> list[dict[str, Any]]:
    """One object once; the first of each clause before the second of any."""
    seen: set[str] = set()
    rank: Counter[int] = Counter()
    ranked = []
    for one in near:
        if one.object_id not in seen:
            seen.add(one.object_id)
            ranked.append((rank[one.clause], one.clause, one))
            rank[one.clause] += 1
    ranked.sort(key=lambda entry: entry[:2])
    return [
        {"object": n.object_id, "candid": n.candid, "night": n.night, "mjd": n.mjd, "clause": n.clause}
        for _, _, n in ranked[:SHOWN]
    ]


def _classes(outcome: Outcome, known: dict[str, str], survey: str) -> list[dict[str, Any]]:
    """By class: labelled sources, those with an alert in the span, and those of them that pass each text."""
    present = {public_name(one, survey) for one in outcome.present}
    passed = [{public_name(one, survey) for one in objects} & known.keys() for objects in outcome.objects]
    totals = Counter(known.values())
    seen = Counter(known[name] for name in present if name in known)
    through = [Counter(known[name] for name in names) for names in passed]
    rows = [
        {
            "class": word,
            "labelled": totals[word],
            "seen": seen[word],
            "passed": [counts[word] for counts in through],
            "recall": [_share(counts[word], seen[word]) for counts in through],
            "share": [_share(counts[word], sum(counts.values())) for counts in through],
        }
        for word in totals
    ]
    return sorted(rows, key=lambda row: (-row["seen"], -row["labelled"], row["class"]))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
