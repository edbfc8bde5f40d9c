"""The instrument that a survey's points name."""

from __future__ import annotations

from apps.sources.models import Instrument, Telescope

from ..alerts.surveys import BY_KEY


def instrument_id(survey: str, bandpasses: list[str]) -> int:
    """Id of a survey's instrument; made where nobody has described it yet, for an administrator to complete."""
    name = BY_KEY[survey].instrument or BY_KEY[survey].label
    found = Instrument.objects.filter(name__iexact=name).order_by("pk").first()
    if found is None:
        telescope, _ = Telescope.objects.get_or_create(
            name=f"{name} telescope", defaults={"nickname": name, "robotic": True}
        )
        found, _ = Instrument.objects.get_or_create(
            name=name, defaults={"type": "imager", "telescope": telescope, "filters": bandpasses}
        )
    if missing := [band for band in bandpasses if band not in found.filters]:
        found.filters = [*found.filters, *missing]
        found.save(update_fields=["filters", "modified"])
    return found.pk
