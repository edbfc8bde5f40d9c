"""Small rules that combine with ``|`` and ``&`` into policies.

A rule answers with a condition on rows (`Q`), or with plain True or False where it concerns only the viewer.
A rule over a link table becomes an EXISTS or a semi-join, never a join: no duplicate rows, no DISTINCT.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, Q

from .viewer import Viewer

Condition = Q | bool


@dataclass(frozen=True)
class Rule:
    condition: Callable[[Viewer, type[Model]], Condition]

    def __or__(self, other: Rule) -> Rule:
        return Rule(lambda viewer, model: either(self.condition(viewer, model), other.condition(viewer, model)))

    def __and__(self, other: Rule) -> Rule:
        return Rule(lambda viewer, model: both(self.condition(viewer, model), other.condition(viewer, model)))


def either(a: Condition, b: Condition) -> Condition:
    if a is True or b is True:
        return True
    if a is False:
        return b
    return a if b is False else a | b


def both(a: Condition, b: Condition) -> Condition:
    if a is False or b is False:
        return False
    if a is True:
        return b
    return a if b is True else a & b


def everyone() -> Rule:
    return Rule(lambda viewer, model: True)


def nobody() -> Rule:
    """Nobody but a system admin."""
    return Rule(lambda viewer, model: False)


def holding(acl: str) -> Rule:
    return Rule(lambda viewer, model: viewer.may(acl))


def owned_by(path: str = "owner") -> Rule:
    return Rule(lambda viewer, model: Q(**{f"{path}_id": viewer.user_id}) if viewer.user_id else False)


def in_group(path: str = "group") -> Rule:
    """The row names one of the viewer's groups."""
    return Rule(lambda viewer, model: Q(**{f"{path}_id__in": sorted(viewer.group_ids)}) if viewer.group_ids else False)


def in_stream(path: str = "stream") -> Rule:
    return Rule(
        lambda viewer, model: Q(**{f"{path}_id__in": sorted(viewer.stream_ids)}) if viewer.stream_ids else False
    )


def in_audience(path: str = "audience") -> Rule:
    """The row's audience holds one of the viewer's groups or streams."""

    def condition(viewer: Viewer, model: type[Model]) -> Condition:
        from .models import AudienceMember

        members = AudienceMember.objects.shared_with(viewer)
        return Q(**{f"{path}_id__in": members.values("audience_id")})

    return Rule(condition)


def linked(path: str, through: str, group_field: str = "group") -> Rule:
    """Some row of the link table ``through`` (``app.Model``) joins this row with one of the viewer's groups."""

    def condition(viewer: Viewer, model: type[Model]) -> Condition:
        from django.apps import apps

        if not viewer.group_ids:
            return False
        link = apps.get_model(through)
        rows = link._default_manager.filter(**{f"{group_field}_id__in": sorted(viewer.group_ids)})
        return Q(pk__in=rows.values(f"{path}_id"))

    return Rule(condition)


def parent_visible(path: str) -> Rule:
    """The row it hangs on is visible."""

    def condition(viewer: Viewer, model: type[Model]) -> Condition:
        parent = model._meta.get_field(path).related_model
        rows = parent._default_manager.visible_to(viewer)  # type: ignore[union-attr]
        return Q(**{f"{path}_id__in": rows.values("pk")})

    return Rule(condition)
