"""Rules by which events are tagged by themselves: to read for all, to make and change for who manages GCNs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest

from ..actions import tag_rules as actions
from ..queries import choices
from ..queries import tag_rules as queries

WORDS = {
    "notice_types": "Any of these notices", "gcn_tags": "Any of these tags",
    "localization_tags": "A sky map with any of these tags", "gcn_properties": "All of these properties",
    "localization_properties": "A sky map with all of these properties",
}  # fmt: skip
AS_PARAMETERS = {
    "gcn_tags": "gcnTagKeep", "localization_tags": "localizationTagKeep", "gcn_properties": "gcnPropertiesFilter",
    "localization_properties": "localizationPropertiesFilter",
}  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def index(request: ViewerRequest) -> HttpResponse:
    return _page(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: ViewerRequest, rule_id: int) -> HttpResponse:
    """The same page with this rule in the form."""
    return _page(request, queries.item(queries.get_rule(request.viewer, rule_id)))


def _page(request: ViewerRequest, rule: dict[str, Any] | None) -> HttpResponse:
    viewer, refusal = request.viewer, None
    may_edit = viewer.may(actions.ACL)
    given: dict[str, Any] = rule or {"default_tag_name": "", "filters": {}}
    if request.method == "POST":
        given = {"default_tag_name": request.POST.get("name", "").strip(), "filters": _filters(request.POST)}
        try:
            if rule:
                actions.change_rule(viewer, rule["id"], given["filters"])
            else:
                actions.add_rule(viewer, given)
            return redirect("tag-rules")
        except Refusal as problem:
            if not may_edit:
                raise
            refusal = problem.message
    context = {
        "rules": [_shown(one) for one in queries.rules(viewer)],
        "rule": rule,
        "given": given,
        "refusal": refusal,
        "may_edit": may_edit,
        "fields": _fields(viewer, given["filters"]) if may_edit else [],
    }
    return render(request, "gcn/tag_rules.html", context, status=400 if refusal else 200)


def _filters(given: QueryDict) -> dict[str, list[str]]:
    said = {name: [one.strip() for one in given.getlist(name) if one.strip()] for name in queries.LISTS}
    return {name: values for name, values in said.items() if values}


def _fields(viewer: Any, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
    known = choices.of_rules(viewer)
    return [
        {"name": name, "label": label, "chosen": filters.get(name, []),
         "others": [one for one in known.get(name, []) if one not in filters.get(name, [])]}
        for name, label in WORDS.items()
    ]  # fmt: skip


def _shown(rule: dict[str, Any]) -> dict[str, Any]:
    """With its conditions in words, and the list of events that fit, where a list can be asked so."""
    filters = rule["filters"]
    conditions = [(WORDS[name], filters[name]) for name in queries.LISTS if filters.get(name)]
    asked = {AS_PARAMETERS[name]: ",".join(values) for name, values in filters.items() if name in AS_PARAMETERS}
    fitting = "" if "notice_types" in filters else f"{reverse('events')}?{urlencode(asked)}"
    return {**rule, "conditions": conditions, "fitting": fitting}


@login_required
@require_POST
def delete(request: ViewerRequest, rule_id: int) -> HttpResponse:
    actions.delete_rule(request.viewer, rule_id)
    return redirect("tag-rules")
