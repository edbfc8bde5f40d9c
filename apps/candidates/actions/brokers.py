"""Making and changing connections to brokers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.sources.actions.checks import need
from skyportal.access.configured import merged
from skyportal.access.errors import Conflict, Invalid, Refusal
from skyportal.access.viewer import SYSTEM_ADMIN, Viewer
from skyportal.journal.recording import record

from ..brokers import Driver, by_classname, drivers
from ..brokers.base import MatchesCatalogs, TriesConnection
from ..entries import BrokerChanged
from ..models import Broker
from ..queries.brokers import capabilities, driver_of, get_broker

DEFAULTS = {"default_alert_search": "query_alerts", "default_crossmatch": "cross_match_catalogs"}


@transaction.atomic
def create_broker(viewer: Viewer, data: Mapping[str, Any]) -> Broker:
    """A new connection. One whose driver can try it begins inactive: activating it is what tries it."""
    need(viewer, SYSTEM_ADMIN)
    driver = by_classname(str(data["broker_classname"]))
    if driver is None:
        known = ", ".join(sorted(one.classname for one in drivers))
        raise Invalid(f"Invalid broker_classname. Must be one of: {known}")
    settings = _checked(driver, data.get("altdata") or {})
    active = data.get("active", True) and not issubclass(driver, TriesConnection)
    made = Broker(name=_name(data["name"]), driver=driver.key, settings=settings, active=active)
    _save(made)
    for field in DEFAULTS:
        if data.get(field):
            _set_default(made, field, True)
    record(BrokerChanged(made.pk, made.name, "created", viewer.user_id))
    return made


def edit_broker(viewer: Viewer, broker_id: int, data: Mapping[str, Any]) -> Broker:
    """Change a connection. Blank settings keep what is stored, so that no secret need be typed again.

    Activating one, or giving an active one other settings, tries it first; no transaction is open meanwhile.
    """
    need(viewer, SYSTEM_ADMIN)
    found = get_broker(viewer, broker_id)
    if "altdata" in data:
        found.settings = _checked(drivers[found.driver], merged(found.settings, data["altdata"] or {}))
    active = data.get("active", found.active)
    driver = driver_of(found)
    if isinstance(driver, TriesConnection) and active and ("altdata" in data or not found.active):
        try:
            driver.try_connection()
        except Refusal as refusal:
            deed = "stay active" if found.active else "be activated"
            raise Invalid(f"{found.name} cannot {deed}: {refusal.message}") from None
        found.checked_at, found.trouble = timezone.now(), ""
    return _keep(viewer, found, data, active)


@transaction.atomic
def _keep(viewer: Viewer, found: Broker, data: Mapping[str, Any], active: bool) -> Broker:
    if "name" in data:
        found.name = _name(data["name"])
    found.active = active
    _save(found)
    for field in DEFAULTS:
        if field in data:
            _set_default(found, field, bool(data[field]))
    deed = "edited" if "active" not in data else "activated" if active else "deactivated"
    record(BrokerChanged(found.pk, found.name, deed, viewer.user_id))
    return found


def _name(text: Any) -> str:
    name = str(text or "").strip()
    if not name or len(name) > 200:
        raise Invalid("name: Field required, at most 200 characters.")
    return name


def _checked(driver: type[Driver], settings: Any) -> dict[str, Any]:
    if not isinstance(settings, Mapping):
        raise Invalid("altdata must be an object.")
    settings = merged({}, settings)
    try:
        driver(settings).check()
    except Invalid as problem:
        raise Invalid(f"Invalid broker configuration: {problem.message}") from None
    return settings


def _save(broker: Broker) -> None:
    try:
        with transaction.atomic():
            broker.save()
    except IntegrityError:
        raise Conflict(f"A broker called {broker.name!r} exists already; choose another name.", status=400) from None


def _set_default(broker: Broker, field: str, value: bool) -> None:
    """There is one default of each kind; naming another takes it from the last."""
    if value and not capabilities(drivers[broker.driver])[DEFAULTS[field]]:
        raise Invalid(f"{broker.name} does not implement '{DEFAULTS[field]}' and cannot be the '{field}' broker.")
    if value:
        Broker.objects.exclude(pk=broker.pk).filter(**{field: True}).update(**{field: False})
    Broker.objects.filter(pk=broker.pk).update(**{field: value})
    setattr(broker, field, value)


@transaction.atomic
def delete_broker(viewer: Viewer, broker_id: int) -> None:
    need(viewer, SYSTEM_ADMIN)
    found = get_broker(viewer, broker_id)
    found.delete()
    record(BrokerChanged(broker_id, found.name, "deleted", viewer.user_id))


def try_broker(viewer: Viewer, broker_id: int) -> Broker:
    """Reach for a broker now and keep what came of it."""
    need(viewer, SYSTEM_ADMIN)
    found, trouble = get_broker(viewer, broker_id), ""
    driver = driver_of(found)
    try:
        driver.check()
        if isinstance(driver, TriesConnection):
            driver.try_connection()
        elif hasattr(driver, "near"):
            driver.near(180.0, 0.0, 1.0, {})
        elif isinstance(driver, MatchesCatalogs):
            driver.matches(180.0, 0.0, 1.0)
    except Refusal as refusal:
        trouble = refusal.message
    with transaction.atomic():
        Broker.objects.filter(pk=found.pk).update(checked_at=timezone.now(), trouble=trouble[:500])
        record(BrokerChanged(found.pk, found.name, "tried", viewer.user_id))
    found.refresh_from_db()
    return found
