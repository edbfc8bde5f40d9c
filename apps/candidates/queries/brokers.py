"""Connections to brokers, as doors show them; secrets stay out of every answer."""

from __future__ import annotations

from typing import Any

from skyportal.access.configured import form_schema, ui_schema, without_secrets
from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.viewer import Viewer

from ..brokers import Driver, drivers
from ..brokers.base import (
    KeepsFilters,
    KnowsObjects,
    Listens,
    MatchesCatalogs,
    Polls,
    SearchesCones,
    ShowsPictures,
    TriesConnection,
    TriesFilters,
)  # fmt: skip
from ..models import Broker, Feed

ABILITIES: dict[str, tuple[type[Driver], ...]] = {
    "query_alerts": (KnowsObjects,),
    "get_alert": (KnowsObjects,),
    "get_photometry": (KnowsObjects,),
    "save_as_source": (KnowsObjects,),
    "get_cutouts": (ShowsPictures,),
    "cone_search": (SearchesCones, MatchesCatalogs),
    "get_filters": (KeepsFilters,),
    "create_filter": (KeepsFilters,),
    "update_filter": (KeepsFilters,),
    "delete_filter": (KeepsFilters,),
    "validate_filter": (KeepsFilters,),
    "test_filter": (TriesFilters,),
    "filter_modules": (TriesFilters,),
    "run_ingestion": (Listens, Polls),
    "test_connection": (TriesConnection,),
}
"""What the public API calls an ability, and which of ours it is."""


def capabilities(driver: type[Driver]) -> dict[str, bool]:
    able = {name: issubclass(driver, kinds) for name, kinds in ABILITIES.items()}
    return able | {"validate_config": True, "cross_match_catalogs": issubclass(driver, MatchesCatalogs)}


def brokers(viewer: Viewer) -> Any:
    return Broker.objects.visible_to(viewer).order_by("name")


def get_broker(viewer: Viewer, broker_id: int, *, active: bool = False, status: int = 400) -> Broker:
    """A connection; with ``active``, one that may be asked."""
    found = brokers(viewer).filter(pk=broker_id).first()
    if found is None:
        raise NotVisible(f"No broker with id {broker_id}", status=status)
    if active and not found.active:
        raise Invalid(f"Broker {found.name} is not active")
    return found


def driver_of(broker: Broker) -> Driver:
    return drivers[broker.driver](broker.settings)


def shown(viewer: Viewer, broker: Broker) -> dict[str, Any]:
    """A connection as the public API shows it; its settings to system admins, without what is secret."""
    driver = driver_of(broker)
    row: dict[str, Any] = {
        "id": broker.pk,
        "name": broker.name,
        "broker_classname": driver.classname,
        "active": broker.active,
        "default_alert_search": broker.default_alert_search,
        "default_crossmatch": broker.default_crossmatch,
        "capabilities": capabilities(type(driver)),
        "surveys": driver.served(),
        "filter_kind": driver.filter_kind,
    }
    if viewer.sees_all:
        row["altdata"] = without_secrets(type(driver), broker.settings)
    return row


def kinds() -> dict[str, dict[str, Any]]:
    """Every driver, by the name that the public API has for it."""
    return {
        driver.classname: {
            "label": driver.label,
            "methodsImplemented": capabilities(driver),
            "formSchemaConfig": form_schema(driver),
            "uiSchema": ui_schema(driver),
            "aliasLookup": {s.name.rpartition(".")[2]: s.label for s in driver.settings_form},
            "surveys": list(driver.surveys),
            "filterKind": driver.filter_kind,
        }
        for driver in sorted(drivers, key=lambda one: one.label)
    }


def ways(broker: Broker) -> dict[str, Any]:
    """How alerts can be had of it: sent by Kafka, or asked for."""
    driver = driver_of(broker)
    return {"listens": isinstance(driver, Listens), "asks": isinstance(driver, Polls),
            "newer_help": getattr(driver, "newer_help", "")}  # fmt: skip


def feeds(viewer: Viewer, broker: Broker | None = None) -> list[Feed]:
    """What is listened to, for operators."""
    rows = Feed.objects.visible_to(viewer).select_related("broker", "stream", "stream__pulse")
    return list(rows.filter(broker=broker) if broker else rows)


def get_feed(viewer: Viewer, feed_id: int, *, status: int = 400) -> Feed:
    found = Feed.objects.visible_to(viewer).select_related("broker", "stream").filter(pk=feed_id).first()
    if found is None:
        raise NotVisible(f"No feed with id {feed_id}", status=status)
    return found


def feeds_to_hear() -> list[tuple[int, str]]:
    """Feeds that somebody should listen to now: of active brokers, and not paused."""
    rows = Feed.objects.filter(broker__active=True, paused=False).order_by("pk")
    return [(pk, f"{broker}, {topics}") for pk, broker, topics in rows.values_list("pk", "broker__name", "topics")]


def feed_to_hear(feed_id: int) -> Feed:
    """For the process that listens."""
    return Feed.objects.select_related("broker", "stream").get(pk=feed_id)
