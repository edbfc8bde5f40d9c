"""What the neutral data set lacks and a source page shows: a few sources of 5,000 points with all that astronomers add.

The first sources of 5,000 points that `bench` may read get 50 comments, 50 spectra, annotations, classifications, a
photometric series, positions of their points and a period search; the site gets its telescopes. Nothing happens twice.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from apps.candidates.alerts.simulator.spectra import RECIPES, spectrum
from apps.candidates.management import site
from apps.groups.models import User
from apps.groups.queries import viewer_of
from apps.sources.actions import listings, periods
from apps.sources.actions.series import add_series
from apps.sources.models import Annotation, Classification, Comment, Instrument, Obj, Spectrum, Taxonomy, Telescope
from apps.sources.models.lists import FAVORITES, WATCHLIST
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer

RICH = 3
EACH = 50
"""Comments and spectra of each rich source."""
EXPOSURES = 20_000
WORDS = (
    "Rising since *{night}*; colour **g − r** about {value:.2f}. See [the plan](https://example.org/{n}).",
    "Spectrum {n} shows a blue continuum, no host lines. Another epoch within five days would help.",
    "| band | mag |\n|---|--:|\n| g | {value:.2f} |\n| r | {value:.1f} |\n\nFrom the night of {night}.",
)


def enrich(meta: dict[str, Any]) -> list[str]:
    """Names of the rich sources."""
    readable = [n for n, g in zip(meta["heavy_sources"], meta["heavy_primary_group"], strict=True) if g <= 10]
    names = readable[:RICH]
    site.prepare()
    user = User.objects.get(username="bench")
    for number, name in enumerate(names):
        obj = Obj.objects.get(name=name)
        if not Comment.objects.filter(obj=obj).exists():
            _Rich(user, obj, np.random.default_rng(number)).everything()
            print(f"{name}: comments, spectra and the rest")
    _lists(user, meta)
    with connection.cursor() as cursor:
        cursor.execute("analyze sources_comment, sources_spectrum, sources_annotation, sources_listing")
    return names


def _viewer(user: User) -> Viewer:
    found = viewer_of(user.pk)
    assert found is not None
    return found


class _Rich:
    def __init__(self, user: User, obj: Obj, rng: np.random.Generator) -> None:
        self.user, self.obj, self.rng = user, obj, rng
        group = user.memberships.values_list("group_id", flat=True).order_by("group_id")[0]
        self.group, self.audience = group, Audience.objects.of([group])
        self.when = datetime(2019, 6, 1, tzinfo=UTC)

    def everything(self) -> None:
        self.spectra()
        self.said()
        self.positions()
        self.series()
        self.period()
        self.comments()  # the last: a run that was interrupted begins again

    def comments(self) -> None:
        rows = [
            Comment(
                obj=self.obj, author=self.user, audience=self.audience,
                text=WORDS[n % 3].format(n=n, value=self.rng.uniform(0, 2), night=f"2019-06-{1 + n % 28:02d}"),
            )
            for n in range(EACH)
        ]  # fmt: skip
        Comment.objects.bulk_create(rows)

    def spectra(self) -> None:
        taken = list(Instrument.objects.filter(type__contains="spectrograph").order_by("pk")[:3])
        rows = []
        for n in range(EACH):
            wave, flux, error = spectrum(list(RECIPES)[n % len(RECIPES)], 0.05, self.rng, step=2.9)
            rows.append(
                Spectrum(
                    obj=self.obj, instrument=taken[n % len(taken)], owner=self.user, audience=self.audience,
                    observed_at=self.when + timedelta(days=3 * n), wavelengths=wave, fluxes=flux,
                    errors=error if n % 2 else None, type="host" if n == 0 else "source",
                    altdata={"EXPTIME": 1800, "AIRMASS": 1.2, "OBSERVER": "A. Stronomer"},
                )
            )  # fmt: skip
        Spectrum.objects.filter(obj=self.obj).delete()
        Spectrum.objects.bulk_create(rows)

    def said(self) -> None:
        taxonomy = Taxonomy.objects.get(name="sim-taxonomy")
        Classification.objects.bulk_create(
            Classification(
                obj=self.obj, taxonomy=taxonomy, classification=name, probability=0.5, author=self.user,
                author_name="bench", audience=self.audience,
            )
            for name in ("Ia", "II", "AGN", "Nova")
        )  # fmt: skip
        facts = {f"feature_{n}": float(self.rng.normal()) for n in range(40)}
        colours = {"Mag_G": 17.2, "Mag_Bp": 17.6, "Mag_Rp": 16.6, "Plx": 1.4, "Plx_err": 0.05}
        Annotation.objects.bulk_create(
            (
                Annotation(obj=self.obj, origin=origin, data=data, author=self.user, audience=self.audience)
                for origin, data in (("Gaia", colours), *((f"sim:features{n}", facts) for n in range(5)))
            ),
            ignore_conflicts=True,
        )

    def positions(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "update sources_photometry p set ra = o.ra + (random() - 0.5) / 18000, dec = o.dec + (random() - 0.5)"
                " / 18000 from sources_obj o where o.id = p.obj_id and o.id = %s",
                [self.obj.pk],
            )

    def series(self) -> None:
        camera, _ = Instrument.objects.get_or_create(
            name="Simulated series camera",
            defaults={"type": "imager", "telescope": Telescope.objects.earliest("pk"), "filters": ["tess"]},
        )
        mjd = 58600 + np.arange(EXPOSURES) / 720
        mag = 15 + 0.2 * np.sin(mjd * 9.1) + self.rng.normal(0, 0.01, EXPOSURES)
        data = {"mjd": mjd.tolist(), "mag": mag.tolist(), "magerr": [0.01] * EXPOSURES}
        body = {"obj_id": self.obj.name, "instrument_id": camera.pk, "series_name": "sector 1", "exp_time": 120.0,
                "series_obj_id": self.obj.name, "filter": "tess", "group_ids": [self.group], "data": data}  # fmt: skip
        viewer = _viewer(self.user)
        if not self.obj.series.exists():
            add_series(viewer, body)

    def period(self) -> None:
        """The search that a worker makes, here, so that its page has an answer."""
        search = periods.ask(_viewer(self.user), self.obj, "fourier", None, None, [])
        started = time.perf_counter()
        periods.carry_out(search.pk)
        print(f"period search of 5,000 points, all frequencies: {time.perf_counter() - started:.1f} s")


def _lists(user: User, meta: dict[str, Any]) -> None:
    """Two hundred favourites and as many watched."""
    viewer = _viewer(user)
    if user.listings.exists():
        return
    names = [n for n, g in zip(meta["median_sources"], meta["median_primary_group"], strict=True) if g <= 10][:200]
    for name in names:
        for list_name in (FAVORITES, WATCHLIST):
            listings.add_listing(viewer, name, list_name)
