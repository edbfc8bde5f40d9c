"""`/brokers`: connections, and asking through them."""

from __future__ import annotations

import base64
from typing import Any

from rest_framework import serializers

from apps.sources.api import points as written
from apps.sources.queries import objs, photometry
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, path_key
from skyportal.outside import Absent

from ..actions import brokers as actions
from ..brokers.base import place
from ..brokers.points import magnitudes
from ..brokers.points import shown as object_shown
from ..queries import asking
from ..queries import brokers as queries

SYSTEM = dict.fromkeys(("POST", "PATCH", "DELETE"), "System admin")
PICTURE_FIELDS = {"new": "cutoutScience", "ref": "cutoutTemplate", "sub": "cutoutDifference"}
ARCSEC = {"arcsec": 1.0, "arcmin": 60.0, "deg": 3600.0}


class NewBroker(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    broker_classname = serializers.CharField(max_length=60)
    altdata = serializers.DictField(required=False, help_text="Addresses and credentials.")
    active = serializers.BooleanField(required=False)
    default_alert_search = serializers.BooleanField(required=False)
    default_crossmatch = serializers.BooleanField(required=False)


class BrokerChange(serializers.Serializer):
    name = serializers.CharField(required=False, max_length=200)
    altdata = serializers.DictField(required=False, help_text="Blank values keep what is stored.")
    active = serializers.BooleanField(required=False)
    default_alert_search = serializers.BooleanField(required=False)
    default_crossmatch = serializers.BooleanField(required=False)


class BrokersView(Endpoint):
    """Connections to alert brokers."""

    requires = SYSTEM
    bodies = {"POST": NewBroker, "PATCH": BrokerChange}

    def get(self, request: Any, broker_id: str | None = None) -> Any:
        """All connections, or one. System admins see the settings, without secrets."""
        if broker_id is None:
            return [queries.shown(self.viewer, row) for row in queries.brokers(self.viewer)]
        return queries.shown(self.viewer, queries.get_broker(self.viewer, path_key("broker_id", broker_id)))

    def post(self, request: Any, broker_id: str | None = None) -> Any:
        """A new connection; where its driver can try it, it begins inactive."""
        return {"id": actions.create_broker(self.viewer, self.body).pk}

    def patch(self, request: Any, broker_id: str | None = None) -> None:
        """Edit or switch a connection; activating tries it first."""
        actions.edit_broker(self.viewer, path_key("broker_id", broker_id), self.body)

    def delete(self, request: Any, broker_id: str | None = None) -> None:
        actions.delete_broker(self.viewer, path_key("broker_id", broker_id))


class BrokerKindsView(Endpoint):
    """The brokers this site can speak to, and what each needs to know."""

    def get(self, request: Any) -> Any:
        return queries.kinds()


class AskingEndpoint(Endpoint):
    """A door that asks a broker; what goes wrong there is a 400 with a sentence, as the public API has it."""

    def broker(self, broker_id: str) -> Any:
        return queries.get_broker(self.viewer, path_key("broker_id", broker_id), active=True)

    @property
    def asked(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.request.query_params.items() if "\0" not in str(value)}

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Absent):
            exc = Invalid(f"Error querying broker: it knows no {self.kwargs.get('alert_id') or 'such object'}.")
        elif isinstance(exc, Refusal) and exc.status == 502:
            exc = Invalid(f"Error querying broker: {exc.message}")
        return super().handle_exception(exc)


class BrokerAlertsView(AskingEndpoint):
    """Objects of a broker."""

    params = {
        "GET": [
            Param("objectId", help="The survey's name of an object."), Param("ra", help="degrees"),
            Param("dec", help="degrees"), Param("radius", help="arcsec"), Param("survey", help="ZTF or LSST."),
        ]
    }  # fmt: skip

    def get(self, request: Any, broker_id: str, alert_id: str | None = None) -> Any:
        """Search by name or cone; or all that is known of one object."""
        broker = self.broker(broker_id)
        if alert_id is None:
            return asking.alerts(self.viewer, broker, self.asked)
        return object_shown(asking.known(self.viewer, broker, alert_id, self.asked))


class BrokerCutoutsView(AskingEndpoint):
    """Pictures of an object's newest alert."""

    def get(self, request: Any, broker_id: str, alert_id: str) -> Any:
        found = asking.pictures(self.viewer, self.broker(broker_id), alert_id, self.asked)
        return {PICTURE_FIELDS[role]: _text(data) for role, data in found.items()}


def _text(data: bytes) -> str:
    """Base64, and for a PNG the address that shows it by itself."""
    text = base64.b64encode(data).decode()
    return f"data:image/png;base64,{text}" if data.startswith(b"\x89PNG") else text


class BrokerConeView(AskingEndpoint):
    """What a broker's catalogues hold at a place."""

    params = {
        "GET": [
            Param("ra", help="degrees"), Param("dec", help="degrees"), Param("radius"),
            Param("radius_units", default="arcsec", help="arcsec, arcmin or deg."),
        ]
    }  # fmt: skip

    def get(self, request: Any, broker_id: str) -> Any:
        asked = self.asked
        broker = queries.get_broker(self.viewer, path_key("broker_id", broker_id))
        if not all(asked.get(name) for name in ("ra", "dec", "radius")):
            raise Invalid("Missing required parameters: ra, dec, radius.")
        if not broker.active:
            raise Invalid(f"Broker {broker.name} is not active")
        unit = asked.get("radius_units", "arcsec")
        if unit not in ARCSEC:
            raise Invalid(f"radius_units must be one of {', '.join(ARCSEC)}.")
        try:
            asked["radius"] = str(float(asked["radius"]) * ARCSEC[unit])
        except ValueError:
            raise Invalid("ra, dec and radius must be numbers.") from None
        cone = place(asked)
        assert cone is not None
        return asking.matches(self.viewer, broker, *cone, asked)


class SaveRequest(serializers.Serializer):
    group_ids = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), max_length=200)


class BrokerSaveView(AskingEndpoint):
    """Save a broker's object as a source."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": SaveRequest}

    def post(self, request: Any, broker_id: str, alert_id: str) -> Any:
        from ..actions.saving import save_from_broker  # brings Arrow

        return save_from_broker(self.viewer, path_key("broker_id", broker_id), alert_id, self.body["group_ids"])


class BrokerPhotometryView(AskingEndpoint):
    """An object's light curve: what is kept here, and what the broker knows besides. Nothing is written."""

    params = {
        "GET": [
            Param("survey"), Param("format", default="mag"), Param("magsys", default="ab"),
            Param("refresh", flag, False, "Ask the broker even if it was asked a moment ago."),
        ]
    }  # fmt: skip

    def get(self, request: Any, broker_id: str, alert_id: str) -> Any:
        return self.points(self.broker(broker_id), alert_id)

    def points(self, broker: Any, name: str) -> list[dict[str, Any]]:
        kept = self.kept(name)
        if broker is None:
            return kept
        known = asking.known(self.viewer, broker, name, self.asked, refresh=self.query["refresh"])
        there = {(row["filter"], round(row["mjd"], 4)) for row in kept}
        more = magnitudes(known, self.query["format"], self.query["magsys"], broker.name)
        return kept + [row for row in more if (row["filter"], round(row["mjd"], 4)) not in there]

    def kept(self, name: str) -> list[dict[str, Any]]:
        """What is here of it and may be seen; an obj that is not here has nothing."""
        try:
            obj = objs.get_obj(self.viewer, name)
        except NotVisible:
            return []
        found = photometry.points_of(self.viewer, obj)
        return written.rows(found, self.query["format"], self.query["magsys"])


class SurveyPhotometryView(BrokerPhotometryView):
    """The same at the first broker that serves a survey; without one, what is kept here."""

    def get(self, request: Any, object_id: str) -> Any:  # type: ignore[override]
        survey = (self.query["survey"] or "").upper()
        if not survey:
            raise Invalid("Missing required query parameter: survey")
        rows = queries.brokers(self.viewer).filter(active=True).order_by("pk")
        able = (row for row in rows if queries.shown(self.viewer, row)["capabilities"]["get_photometry"])
        broker = next((row for row in able if survey in queries.driver_of(row).served()), None)
        return self.points(broker, object_id)
