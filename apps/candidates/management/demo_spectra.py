"""Spectra for the demo sky: some of what was saved gets one or a few, taken and uploaded as people would."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
from django.utils import timezone

from apps.groups import queries
from apps.sources.actions.objs import change_obj
from apps.sources.actions.spectra import add_spectrum
from apps.sources.models import Classification, Instrument, Source, Spectrum
from skyportal.access.viewer import Viewer

from ..alerts.simulator.spectra import RECIPES, spectrum

OBJS = 8
KINDS = {"Type II": "II", "Tidal Disruption Event": "TDE", **{kind: kind for kind in RECIPES}}
TELESCOPES = {"SEDM": (25.0, 12.0), "DBSP": (4.0, 30.0), "LRIS": (3.0, 45.0)}
"""By instrument: Å a pixel, signal-to-noise."""


def take() -> None:
    """Spectra of the first sources that somebody classified as something with a spectrum; once."""
    if Spectrum.objects.exists():
        return
    chance, rng = random.Random(7), np.random.default_rng(7)  # noqa: S311 - a reproducible demo
    instruments = dict(Instrument.objects.filter(name__in=TELESCOPES).values_list("name", "pk"))
    said = Classification.objects.filter(classification__in=KINDS).order_by("obj_id", "pk")
    kinds = {obj_id: KINDS[name] for obj_id, name in said.values_list("obj_id", "classification")}
    sources = Source.objects.filter(obj__in=kinds, active=True).select_related("obj").order_by("obj_id", "pk")
    for source in sources.distinct("obj_id")[:OBJS]:
        viewer = queries.viewer_of(source.saved_by_id or 0)
        if viewer is None:
            continue
        redshift = round(chance.uniform(0.01, 0.08), 4)
        change_obj(viewer, source.obj, {"redshift": redshift, "redshift_origin": "demo spectrum"})
        for night, name in enumerate(chance.sample(sorted(instruments), chance.randint(1, len(instruments)))):
            _one(viewer, source, kinds[source.obj_id], redshift, instruments[name], name, night, rng)


def _one(
    viewer: Viewer, source: Source, kind: str, redshift: float, instrument: int, name: str, night: int,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    step, snr = TELESCOPES[name]
    wave, flux, error = spectrum(kind, redshift, rng, step=step, snr=snr)
    exposure = 2250.0 if name == "SEDM" else 600.0
    body = {
        "obj_id": source.obj.name,
        "instrument_id": instrument,
        "observed_at": timezone.now() - timedelta(days=2 + 5 * night, hours=3),
        "wavelengths": wave,
        "fluxes": flux,
        "errors": error,
        "units": "erg/s/cm2/AA",
        "origin": "demo",
        "group_ids": [source.group_id],
        "observed_by": [viewer.user_id],
        "reduced_by": [viewer.user_id],
        "altdata": {"INSTRUME": name, "EXPTIME": exposure, "AIRMASS": 1.2, "OBJECT": source.obj.name},
    }
    add_spectrum(viewer, body)
