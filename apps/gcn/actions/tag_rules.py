"""Events are tagged by rules, when a notice or a map of them arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.sources.actions.checks import need, person, text
from skyportal.access.errors import Conflict, Refusal
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import EventChanged, TagRuleChanged
from ..models import EventTag, GcnEvent, TagRule
from ..queries.tag_rules import checked, get_rule, narrowed

ACL = "Manage GCNs"


@transaction.atomic
def add_rule(viewer: Viewer, body: Mapping[str, Any]) -> TagRule:
    need(viewer, ACL)
    name = text(body.get("default_tag_name"), "default_tag_name", most=200).strip()
    filters = checked(body.get("filters"))
    if TagRule.objects.filter(name=name).exists():
        raise Conflict(f"A rule for the tag {name} exists already.", status=400)
    rule = TagRule.objects.create(name=name, filters=filters, requester_id=person(viewer))
    record(TagRuleChanged(rule.pk, name, viewer.user_id, "added"))
    return rule


@transaction.atomic
def change_rule(viewer: Viewer, rule_id: int, filters: Any) -> None:
    """Other conditions from now on; tags that it gave stay."""
    need(viewer, ACL)
    rule = get_rule(viewer, rule_id)
    rule.filters = checked(filters)
    rule.save(update_fields=["filters", "modified"])
    record(TagRuleChanged(rule.pk, rule.name, viewer.user_id, "changed"))


@transaction.atomic
def delete_rule(viewer: Viewer, rule_id: int) -> None:
    """Tags that it gave stay."""
    need(viewer, ACL)
    rule = get_rule(viewer, rule_id)
    record(TagRuleChanged(rule.pk, rule.name, viewer.user_id, "deleted"))
    rule.delete()


@transaction.atomic
def apply_rules(event_id: int) -> list[str]:
    """Tag an event by every rule that it meets now; a tag may be what another rule waits for. The new tags."""
    event = GcnEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()
    if event is None:
        return []
    left, given = list(TagRule.objects.all()), []
    while met := [rule for rule in left if _meets(event, rule)]:
        left = [rule for rule in left if rule not in met]
        for rule in met:
            _, new = EventTag.objects.get_or_create(
                event=event, text=rule.name, defaults={"sent_by_id": rule.requester_id}
            )
            if new:
                given.append(rule.name)
                record(EventChanged(event.pk, event.address, rule.requester_id, f"added the tag {rule.name}"))
    return given


def _meets(event: GcnEvent, rule: TagRule) -> bool:
    try:
        return narrowed(GcnEvent.objects.filter(pk=event.pk), checked(rule.filters)).exists()
    except Refusal:  # written in the admin console, and not to be understood
        return False
