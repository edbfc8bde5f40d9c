"""Rules by which events are tagged by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..models import GcnNotice, TagRule
from . import conditions

LISTS = ("notice_types", "gcn_tags", "gcn_properties", "localization_tags", "localization_properties")
MOST = 50


def get_rule(viewer: Viewer, rule_id: int) -> TagRule:
    found = TagRule.objects.visible_to(viewer).filter(pk=rule_id).first()
    if found is None:
        raise NotVisible("Default GCN tag not found", status=404)
    return found


def item(rule: TagRule) -> dict[str, Any]:
    return {
        "id": rule.pk, "default_tag_name": rule.name, "filters": rule.filters, "requester_id": rule.requester_id,
        "created_at": rule.created_at, "modified": rule.modified,
    }  # fmt: skip


def rules(viewer: Viewer) -> list[dict[str, Any]]:
    return [item(rule) for rule in TagRule.objects.visible_to(viewer)]


def checked(filters: Any) -> dict[str, list[str]]:
    """Filters as a rule keeps them; one that says nothing would tag everything, so it is refused."""
    if not isinstance(filters, dict):
        raise Invalid(f"Invalid filters: must be an object with any of {', '.join(LISTS)}.")
    if unknown := sorted(map(str, filters.keys() - set(LISTS))):
        raise Invalid(f"Invalid filters: {unknown[0][:60]} is none of {', '.join(LISTS)}.")
    found = {name: _words(filters[name], name) for name in LISTS if filters.get(name)}
    if not found:
        raise Invalid("Invalid filters: say at least one condition, or every event would be tagged.")
    for name in ("gcn_properties", "localization_properties"):
        conditions.comparisons(name)(",".join(found.get(name, [])))
    return found


def _words(said: Any, name: str) -> list[str]:
    several = [said] if isinstance(said, str) else said
    good = isinstance(several, list) and len(several) <= MOST
    if not good or not all(isinstance(one, str) and 0 < len(one) <= 200 for one in several):
        raise Invalid(f"Invalid filters: {name} must be a list of texts, {MOST} at most.")
    return several


def narrowed(events: QuerySet, filters: Mapping[str, list[str]]) -> QuerySet:
    """Events with any of the notice types and tags and all of the properties of a rule."""
    if kinds := filters.get("notice_types"):
        events = events.filter(Exists(GcnNotice.objects.filter(event=OuterRef("pk"), kind__in=kinds)))
    events = conditions.with_event_tags(events, filters.get("gcn_tags", []), [])
    events = conditions.with_map_tags(events, filters.get("localization_tags", []), [])
    said = {
        name: conditions.comparisons(name)(",".join(filters.get(name, [])))
        for name in ("gcn_properties", "localization_properties")
    }
    events = conditions.with_event_properties(events, said["gcn_properties"])
    return conditions.with_map_properties(events, said["localization_properties"])
