"""GraceDB's API of superevents, TACH's GraphQL, and GCN's archive of circulars, over what a test puts there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from .server import Answer

_DAY = re.compile(r'allEventDetails\(date1: "(\d{4}-\d\d-\d\d)"')
_EVENT = re.compile(r"allCirculars\(evtid: (\d+)\)")


@dataclass
class Archives:
    superevents: dict[str, dict[str, list[dict[str, object]]]] = field(default_factory=dict)
    """By name ``log`` and ``labels``."""
    events: list[dict[str, object]] = field(default_factory=list)
    """TACH's, each with its ``day``."""
    circulars: dict[int, dict[str, object]] = field(default_factory=dict)
    """GCN's, by number; those whose ``evtid`` names a TACH event are told with it."""

    def speak(self, path: str, said: dict[str, str]) -> Answer:
        if found := re.fullmatch(r"/api/superevents/(\w+)/(logs|labels)/", path):
            superevent = self.superevents.get(found[1])
            key = {"logs": "log", "labels": "labels"}[found[2]]
            return _json({key: superevent[key]}) if superevent else _json({"detail": "Not found."}, 404)
        if path == "/graphql" and "json" in said:
            return _json({"data": self._graphql(json.loads(said["json"])["query"])})
        if found := re.fullmatch(r"/circulars/(\d+)\.json", path):
            one = self.circulars.get(int(found[1]))
            shown = {"circularId", "subject", "body", "createdOn", "submitter", "eventId"}
            return _json({k: v for k, v in one.items() if k in shown}) if one else _json({}, 404)
        return _json({}, 404)

    def _graphql(self, query: str) -> dict[str, object]:
        if found := _DAY.search(query):
            nodes = [event for event in self.events if event["day"] == found[1]]
            return {"allEventDetails": {"edges": [{"node": node} for node in nodes]}}
        if found := _EVENT.search(query):
            mine = [one for one in self.circulars.values() if one.get("evtid") == found[1]]
            nodes = [{"cid": str(one["circularId"]), "subject": one["subject"], "received": ""} for one in mine]
            return {"allCirculars": {"edges": [{"node": node} for node in nodes]}}
        return {}


def _json(said: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(said).encode()
