"""Saving what a broker knows of an object. Imported where it is done: it brings Arrow, which no other page needs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from apps.groups import queries as groups
from apps.groups.models import Stream
from apps.sources.actions.checks import need
from apps.sources.actions.objs import ensure_objs
from apps.sources.actions.photometry import Points, store
from apps.sources.actions.sources import save_source
from apps.sources.actions.thumbnails import Cutout, store_many
from apps.sources.models import Obj
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.outside import Unreachable

from ..alerts.lightcurve import light_curve
from ..alerts.surveys import Alert
from ..brokers.base import Known
from ..queries import asking
from ..queries.audiences import Audiences
from ..queries.brokers import get_broker
from .admission import columns_of, obj_name, png_of
from .instruments import instrument_id

logger = logging.getLogger(__name__)


class _Shared:
    """Audiences of what a person brings from a broker: public points for the groups they save it to (and themselves),
    points of other programmes for the streams that carry them."""

    def __init__(self, viewer: Viewer, group_ids: Iterable[int], survey: str) -> None:
        own = [viewer.single_user_group_id] if viewer.single_user_group_id else []
        self.public = Audience.objects.of([*group_ids, *own]).pk
        stream = Stream.objects.filter(altdata__survey__iexact=survey).order_by("pk").first()
        self.partners = Audiences(stream) if stream else None
        self.nobody = Audience.objects.of([]).pk

    def of(self, programid: int | None) -> int:
        if programid in (None, 1):
            return self.public
        return self.partners.of(programid) if self.partners else self.nobody


def save_from_broker(viewer: Viewer, broker_id: int, name: str, group_ids: list[int]) -> dict[str, Any]:
    """Save an object of a broker's as a source, with its photometry and cutouts; what is here already stays."""
    need(viewer, "Upload data")
    if not group_ids:
        raise Invalid("At least one group_id is required.")
    broker = get_broker(viewer, broker_id, active=True)
    groups.groups_to_save_in(viewer, group_ids)  # before anybody is asked
    known = asking.known(viewer, broker, name, {}, refresh=True)
    try:
        pictures = asking.pictures(viewer, broker, name, {})
    except (Unreachable, Invalid) as refusal:
        logger.info("%s is saved without pictures: %s", name, refusal.message)
        pictures = {}
    return _saved(viewer, known, pictures, group_ids)


@transaction.atomic
def _saved(viewer: Viewer, known: Known, pictures: dict[str, bytes], group_ids: list[int]) -> dict[str, Any]:
    newest = max((point.mjd for point in known.points), default=0.0)
    alert = Alert(
        object_id=known.name, candid=known.candid, ra=known.ra % 360, dec=known.dec, mjd=newest,
        survey=known.survey.lower(), programid=None, photometry=light_curve(known.points), cutouts=pictures,
    )  # fmt: skip
    obj_id, *_ = ensure_objs(
        [{"name": obj_name(alert), "ra": alert.ra, "dec": alert.dec, "ra_dis": alert.ra, "dec_dis": alert.dec}]
    ).values()
    shared = _Shared(viewer, group_ids, known.survey)
    points = 0
    if len(alert.photometry):
        instrument = instrument_id(alert.survey, sorted(set(alert.photometry.bandpass)))
        columns = columns_of(obj_id, instrument, alert.photometry, alert, shared)
        points = sum(store(Points(**columns), owner_id=viewer.user_id).is_new)
    store_many(
        Cutout(obj_id, kind, partial(png_of, alert, kind), shared.public, newest, known.survey) for kind in pictures
    )
    obj = Obj.objects.get(pk=obj_id)
    new_groups = save_source(viewer, obj, group_ids)
    return {"id": obj.name, "points": points, "thumbnails": sorted(pictures), "saved_to": new_groups}
