"""A policy names who may view, change and delete the rows of a model; querysets apply it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from django.db import models

from .rules import Rule, nobody
from .viewer import Viewer


@dataclass(frozen=True)
class Policy:
    """Rules for one model. A system admin passes them all; change and delete default to nobody else."""

    view: Rule
    change: Rule = field(default_factory=nobody)
    delete: Rule = field(default_factory=nobody)


INTERNAL = Policy(view=nobody())
"""For tables that no door shows: links, bookkeeping."""


class AccessQuerySet(models.QuerySet):
    """A queryset that can be narrowed to what a viewer may see, change or delete."""

    def visible_to(self, viewer: Viewer) -> Self:
        return self._allowed("view", viewer)

    def changeable_by(self, viewer: Viewer) -> Self:
        return self._allowed("change", viewer)

    def deletable_by(self, viewer: Viewer) -> Self:
        return self._allowed("delete", viewer)

    def _allowed(self, deed: str, viewer: Viewer) -> Self:
        if viewer.sees_all:
            return self.all()
        rule: Rule = getattr(self.model.access, deed)  # type: ignore[attr-defined]
        condition = rule.condition(viewer, self.model)
        if isinstance(condition, bool):
            return self.all() if condition else self.none()
        return self.filter(condition)


AccessManager = models.Manager.from_queryset(AccessQuerySet)
