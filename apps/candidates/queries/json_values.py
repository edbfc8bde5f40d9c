"""Values inside annotations, for comparing and sorting."""

from __future__ import annotations

from django.db.models import Case, F, FloatField, Func, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact


def kind_of(key: str) -> Func:
    return Func(KeyTransform(key, F("data")), function="jsonb_typeof", output_field=TextField())


def as_number(key: str) -> Case:
    """A number, or a flag as 1 or 0; null for anything else. CASE, so that nothing else is ever cast."""
    return Case(
        When(Exact(kind_of(key), Value("number")), then=Cast(as_text(key), FloatField())),
        When(Exact(as_text(key), Value("true")), then=Value(1.0)),
        When(Exact(as_text(key), Value("false")), then=Value(0.0)),
        output_field=FloatField(),
    )


def as_text(key: str) -> KeyTextTransform:
    return KeyTextTransform(key, F("data"))
