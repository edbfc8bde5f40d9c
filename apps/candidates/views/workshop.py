"""The filter workshop: trying a filter on archived nights, asking why an object fails, comparing versions.

What reads packets (Arrow, 40 MB) is brought in by those who ask for it.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from skyportal.access.errors import NotVisible, Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import backtests as actions
from ..plots import night_bars
from ..queries import backtests, conditions, filters
from ..queries.starters import STARTERS


@login_required
@require_POST
def attempt(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """Ask for a back-test; its page shows how far it is."""
    try:
        test = actions.ask(request.viewer, filter_id, request.POST.dict())
    except Refusal as refusal:
        from .filters import filter_page, written

        if isinstance(refusal, NotVisible):
            raise
        draft = written(request) if request.POST.get("condition") else None
        return filter_page(request, filter_id, draft=draft, untried=refusal.message)
    return redirect("backtest", test.pk)


@login_required
@require_GET
def page(request: ViewerRequest, test_id: int) -> HttpResponse:
    return render(request, "candidates/backtest.html", _context(request, test_id))


@login_required
@require_GET
def state(request: ViewerRequest, test_id: int) -> HttpResponse:
    """What is known by now; the page fetches it when the worker says something new."""
    return render(request, "candidates/_backtest.html", _context(request, test_id))


def _context(request: ViewerRequest, test_id: int) -> dict[str, Any]:
    test = backtests.get_test(request.viewer, test_id)
    result = test.result or {}
    for row in result.get("classes", []):
        figures = zip(row["passed"], row["recall"], row["share"], strict=True)
        row["told"] = [{"passed": n, "recall": _percent(r), "share": _percent(s)} for n, r, s in figures]
    labels = [test.label, *([test.other_label] if test.other_label else [])]
    return {
        "test": test,
        "result": result,
        "labels": labels,
        "bars": night_bars(result["nights"], labels) if result.get("nights") else "",
        "columns": [
            {"label": label, "alerts": alerts, "objects": objects}
            for label, alerts, objects in zip(labels, result.get("alerts", []), result.get("objects", []), strict=False)
        ],
        "stream_id": test.filter.stream_id,
        "near_shown": _near(result),
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _near(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Alerts that just fail, each with the words of the clause that it fails."""
    near = result.get("near") or {"clauses": [], "shown": []}
    return [one | {"text": near["clauses"][one["clause"]]["text"]} for one in near["shown"]]


@login_required
@require_POST
def cancel(request: ViewerRequest, test_id: int) -> HttpResponse:
    actions.cancel(request.viewer, test_id)
    return redirect("backtest", test_id)


@login_required
@require_GET
def why(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """The condition as a tree, with each clause's value for an object's packet."""
    from ..queries.why import why as told

    viewer = request.viewer
    found = filters.get_filter(viewer, filter_id, status=404)
    versions = filters.versions(found.pk)
    number, name = request.GET.get("version", ""), request.GET.get("object", "").strip()
    version = next((v for v in versions if str(v.number) == number), None) or next(
        (v for v in versions if v.active), versions[0] if versions else None
    )
    context: dict[str, Any] = {"filter": found, "versions": versions, "version": version, "name": name}
    if name and version:
        try:
            packets = told(viewer, found.stream, version.condition, name)
            candid = request.GET.get("candid", "")
            context["packets"] = packets
            context["chosen"] = next((p for p in packets if p.candid == candid), packets[0])
        except Refusal as refusal:
            context["problem"] = refusal.message
    return render(request, "candidates/why.html", context)


@login_required
@require_GET
def fields(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """The fields of the stream's packets, for completion: path, type and what the survey says of it."""
    found = filters.get_filter(request.viewer, filter_id, status=404)
    notes = conditions.notes(found.stream)
    rows = [[path, kind, notes.get(path, "")] for path, kind in conditions.fields(found.stream)]
    answer = JsonResponse({"fields": rows})
    answer["Cache-Control"] = "private, max-age=600"
    return answer


@login_required
@require_GET
def compare(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """What changed between two versions."""
    found = filters.get_filter(request.viewer, filter_id, status=404)
    versions = {str(v.number): v for v in filters.versions(found.pk)}
    new = versions.get(request.GET.get("new", ""))
    old = versions.get(request.GET.get("old", ""))
    if new is None or old is None:
        raise NotVisible(f"{found.name} has no two such versions.", status=404)
    names = list(dict.fromkeys([*old.annotations, *new.annotations]))
    pairs = [("Condition", old.condition, new.condition)]
    pairs += [(name, old.annotations.get(name, ""), new.annotations.get(name, "")) for name in names]
    texts = [{"name": name, "pieces": _pieces(a, b), "same": a == b} for name, a, b in pairs]
    changed, same = [t for t in texts if not t["same"]], [t["name"] for t in texts if t["same"]]
    context = {"filter": found, "old": old, "new": new, "texts": changed, "same": same}
    return render(request, "candidates/filter_diff.html", context)


def _pieces(old: str, new: str) -> list[tuple[str, str]]:
    """Words kept, gone and come."""
    a, b = _words(old), _words(new)
    found = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", "".join(a[i:j])))
            continue
        found += [("gone", "".join(a[i:j]))] if j > i else []
        found += [("come", "".join(b[k:m]))] if m > k else []
    return found


def _words(text: str) -> list[str]:
    words: list[str] = []
    for sign in text:
        if words and (sign.isalnum() or sign in "._") and (words[-1][-1].isalnum() or words[-1][-1] in "._"):
            words[-1] += sign
        else:
            words.append(sign)
    return words


@login_required
@require_GET
def gallery(request: ViewerRequest) -> HttpResponse:
    """Filters to start from."""
    return render(request, "candidates/starters.html", {"starters": STARTERS, "homes": filters.homes(request.viewer)})
