"""What every site starts with: the default taxonomy, telescopes and instruments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from apps.sources.actions.taxonomies import ensure_default_taxonomy
from apps.sources.models import Instrument, Telescope

FIXTURES: Path = settings.ROOT / "fixtures"


def read(name: str) -> Any:
    return yaml.safe_load((FIXTURES / name).read_text())


def prepare() -> None:
    """Make what is missing; nothing that exists is touched, so an operator's edits stay."""
    ensure_default_taxonomy()
    for described in read("telescopes.yaml"):
        instruments = described.pop("instruments", [])
        telescope, _ = Telescope.objects.get_or_create(name=described.pop("name"), defaults=described)
        for instrument in instruments:
            name = instrument.pop("name")
            Instrument.objects.get_or_create(name=name, defaults={"telescope": telescope, **instrument})
