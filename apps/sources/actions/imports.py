"""Bringing in transients that a service publishes: objs, saved to groups, with their photometry; nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.groups import queries as groups
from apps.groups.queries import viewer_of
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.access.viewer import Viewer
from skyportal.api.params import moment
from skyportal.astro import sky
from skyportal.journal.recording import record
from skyportal.outside import Unreachable

from ..entries import TransientsArrived, TransientsAsked
from ..models import Annotation, Instrument, Obj, TransientImport
from ..queries.sources import default_groups
from ..slots import import_narrowers
from ..transients import Found, TransientService, transient_services
from ..transients.base import MOST
from .annotations import annotate, edit_annotation
from .checks import lock, need, person
from .objs import checked_name, clean_columns, create_obj
from .sources import save_source
from .upload_body import MOST_ROWS
from .uploads import ids_in, put_photometry

AT_ONCE = 10
"""Transients between two entries of the journal: the slowest service is done with them before a claim lapses."""
GIVE_UP_AFTER = 5
MOST_LEFT_OUT = 50
SAME_PLACE = 5.0  # arcsec
USUAL_DAYS = 30


def ask_transients(
    viewer: Viewer, key: str, data: Mapping[str, Any], narrower: str = "", narrowed_to: dict[str, Any] | None = None
) -> int:
    """Have a worker bring transients in; the id of the import. What is under way already is not asked twice.

    ``data``: telescope_name (missing: the service's own), startDate and endDate (where the service is asked by date;
    missing: the last month), groupIDs (missing: wherever the viewer may save). ``narrower`` names one of
    `import_narrowers`, which is told ``narrowed_to``.
    """
    need(viewer, "Upload data")
    author = person(viewer)
    if key not in transient_services:
        raise Invalid(f"There is no service called {key[:40]!r}.")
    driver = transient_services[key]
    start, end = _between(driver, data)
    named = ids_in(data.get("groupIDs"), "groupIDs")
    wanted = groups.groups_to_save_in(viewer, named) if named else default_groups(viewer)
    if not wanted:
        raise Invalid("Name in groupIDs at least one group in which you may save sources.")
    fields = {
        "service": key, "instrument": _instrument(viewer, driver, data.get("telescope_name")), "author_id": author,
        "start": start, "end": end, "group_ids": wanted, "narrower": narrower, "narrowed_to": narrowed_to or {},
    }  # fmt: skip
    under_way = [TransientImport.State.WAITING, TransientImport.State.WORKING]
    soon = timezone.now() - timedelta(minutes=10)
    same = {name: value for name, value in fields.items() if name not in ("start", "end") or _given(data, name)}
    with transaction.atomic():
        asked = TransientImport.objects.filter(**same, state__in=under_way, modified__gte=soon).first()
        if asked:
            return asked.pk
        asked = TransientImport.objects.create(**fields)
        record(TransientsAsked(asked.pk, key, author))
    return asked.pk


def _given(data: Mapping[str, Any], name: str) -> bool:
    return data.get(f"{name}Date") not in (None, "")


def _between(driver: type[TransientService], data: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when to when; a month until the end where no start is given."""
    if not driver.dated:
        return None, None
    times: dict[str, datetime | None] = {}
    for name in ("startDate", "endDate"):
        value = data.get(name)
        try:
            times[name] = None if value in (None, "") else moment(str(value))
        except ValueError as problem:
            raise Invalid(f"Invalid {name}: {problem}.") from None
    end = times["endDate"] or timezone.now().replace(microsecond=0)
    start = times["startDate"] or end - timedelta(days=USUAL_DAYS)
    if start >= end:
        raise Invalid("Invalid startDate: it must be before endDate.")
    return start, end


def _instrument(viewer: Viewer, driver: type[TransientService], telescope: Any) -> Instrument:
    """The instrument of that telescope that measures in the service's bandpass."""
    name = str(telescope or driver.telescope)
    of_telescope = Instrument.objects.visible_to(viewer).filter(telescope__name__iexact=name)
    of_telescope |= Instrument.objects.visible_to(viewer).filter(telescope__nickname__iexact=name)
    if found := of_telescope.filter(filters__contains=[driver.bandpass]).order_by("pk").first():
        return found
    raise Invalid(
        f"Invalid telescope_name: {name[:60]!r} has no instrument here that takes {driver.bandpass}. Name another"
        " telescope, or have somebody who manages instruments add it."
    )


def begin(import_id: int) -> None:
    """Ask the service what there is. No transaction is open while somebody else thinks."""
    asked = TransientImport.objects.filter(pk=import_id, state=TransientImport.State.WAITING).first()
    if asked is None:
        return
    driver = transient_services[asked.service]()
    try:
        listed = driver.found(asked.start, asked.end)
        heard = len(listed)
        if narrow := import_narrowers.get(asked.narrower):
            listed = narrow(asked.narrowed_to, listed)
        if len(listed) > MOST:
            raise Invalid(f"{len(listed):,} transients are more than the {MOST} of one import: narrow the dates.")
    except Refusal as refusal:
        _end(asked, TransientImport.State.FAILED, refusal.message)
        return
    if heard and not listed:
        _end(asked, TransientImport.State.DONE, f"None of the {heard:,} that {driver.label} lists is wanted here.")
        return
    if not listed:
        between = f" from {asked.start:%Y-%m-%d} to {asked.end:%Y-%m-%d}" if asked.start and asked.end else ""
        _end(asked, TransientImport.State.DONE, f"{driver.label} lists nothing{between}.")
        return
    with transaction.atomic():
        todo = [asdict(found) for found in listed]
        free = TransientImport.objects.filter(pk=asked.pk, state=TransientImport.State.WAITING)
        if free.update(state=TransientImport.State.WORKING, todo=todo, total=len(todo), modified=timezone.now()):
            record(TransientsArrived(asked.pk, asked.author_id, 0, len(todo), TransientImport.State.WORKING))


def go_on(import_id: int) -> None:
    """The next few of what is to come."""
    asked = TransientImport.objects.filter(pk=import_id, state=TransientImport.State.WORKING).first()
    if asked is None:
        return
    driver = transient_services[asked.service]()
    for one in asked.todo[:AT_ONCE]:
        found = Found(**one)
        try:
            curve, trouble = driver.light_curve(found), ""
        except Unreachable as refusal:
            curve, trouble = {}, refusal.message
        asked = _take_in(import_id, found, curve, trouble)
        if asked is None:
            return
        if asked.failures >= GIVE_UP_AFTER:
            _end(asked, TransientImport.State.FAILED, f"{driver.label} gave nothing {GIVE_UP_AFTER} times: {trouble}")
            return
    if not asked.todo:
        _end(asked, TransientImport.State.DONE, "")
        return
    with transaction.atomic():
        record(TransientsArrived(asked.pk, asked.author_id, asked.done, asked.total, asked.state))


@transaction.atomic
def _take_in(import_id: int, found: Found, curve: dict[str, Any], trouble: str) -> TransientImport | None:
    """Keep one transient, and cross it off; None where another worker has done so."""
    asked = TransientImport.objects.select_for_update().get(pk=import_id)
    if asked.state != TransientImport.State.WORKING or not asked.todo or asked.todo[0]["name"] != found.name:
        return None
    asked.todo, asked.done = asked.todo[1:], asked.done + 1
    asked.failures = asked.failures + 1 if trouble else 0
    left_out = [f"{found.name}: no light curve. {trouble}"] if trouble else []
    try:
        with transaction.atomic():
            saved, points = _keep(asked, found, curve)
        asked.new_sources, asked.new_points = asked.new_sources + saved, asked.new_points + points
    except Refusal as refusal:
        left_out = [f"{found.name}: {refusal.message}"]
    asked.left_out = [*asked.left_out, *left_out][:MOST_LEFT_OUT]
    asked.save()
    return asked


def _keep(asked: TransientImport, found: Found, curve: dict[str, Any]) -> tuple[bool, int]:
    """Whether it was saved anew, and how many points are new. In the name of whoever asked."""
    viewer = viewer_of(asked.author_id)
    mine = [] if viewer is None else [g for g in asked.group_ids if g in viewer.group_ids or viewer.sees_all]
    if viewer is None or not mine:
        raise NotVisible("Whoever asked is no longer here, or in none of the groups any more.")
    obj, _ = create_obj(
        viewer, checked_name(found.name), clean_columns({**found.columns, "ra": found.ra, "dec": found.dec})
    )
    _refuse_elsewhere(obj, found)
    new = save_source(viewer, obj, mine)
    _say(viewer, obj, asked.service, found.said, mine)
    if not curve:
        return bool(new), 0
    if len(curve["mjd"]) > MOST_ROWS:
        raise Invalid(f"its light curve has more than {MOST_ROWS:,} points.")
    body = {**curve, "obj_id": obj.name, "instrument_id": asked.instrument_id, "group_ids": mine}
    return bool(new), sum(put_photometry(viewer, body).is_new)


def _refuse_elsewhere(obj: Obj, found: Found) -> None:
    if obj.ra is None or obj.dec is None:
        return
    if float(sky.separation(obj.ra, obj.dec, found.ra, found.dec)) > SAME_PLACE:
        raise Invalid("something else is called so here, at another place of the sky.")


def _say(viewer: Viewer, obj: Obj, origin: str, said: dict[str, Any], group_ids: Iterable[int]) -> None:
    """What the service says of it, as an annotation; one's own earlier one is brought up to date."""
    if not said or not viewer.may("Annotate"):
        return
    lock([obj.pk])
    there = Annotation.objects.visible_to(viewer).filter(obj=obj, origin=origin)
    own = there.filter(author_id=viewer.user_id).order_by("pk").first()
    if own is not None and own.data != said:
        edit_annotation(viewer, own.pk, obj.name, data=said)
    elif own is None and not there.exists():
        annotate(viewer, obj.name, origin, said, group_ids=list(group_ids))


@transaction.atomic
def _end(asked: TransientImport, state: str, message: str) -> None:
    now = timezone.now()
    left = {"state": state, "message": message[:500], "todo": [], "done_at": now, "modified": now}
    TransientImport.objects.filter(pk=asked.pk).update(**left)
    record(TransientsArrived(asked.pk, asked.author_id, asked.done, asked.total, state))
