"""Any broker that answers JSON: ``GET {base}/alerts`` searches, ``GET {base}/alerts/{name}`` tells all of one object.

An object is told in the manner of a survey's packets: ``objectId`` with ``candidate`` and ``prv_candidates`` (ZTF), or
``diaObject`` with ``diaSource`` and ``prvDiaSources`` (LSST).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from skyportal.access.configured import Setting
from skyportal.outside import Unreachable

from ..alerts.containers import BadPacket
from ..alerts.surveys import BY_KEY
from . import drivers
from .base import Asked, Known, KnowsObjects, Nearby, rows_of


@drivers.add
class Generic(KnowsObjects):
    key = "generic"
    classname = "GENERICBROKER"
    label = "Any other, by REST"
    public = False
    searches_words = True
    settings_form = (
        Setting("base_url", "Address", "address", required=True),
        Setting("token", "Token", "secret", help="Sent as Authorization: Bearer …"),
    )

    def _get(self, path: str, asked: Asked) -> Any:
        token = self.setting("token")
        headers = {"Authorization": f"Bearer {token}"} if token else None
        answer = self.ask(f"{self.setting('base_url').rstrip('/')}/{path}", params=dict(asked), headers=headers)
        return answer["data"] if isinstance(answer, dict) and "data" in answer else answer

    def search(self, asked: Asked) -> list[Nearby]:
        """Whatever the broker finds by these words; nothing of them is ours to understand."""
        found = rows_of(self._get("alerts", asked), "alerts", "objects", "results")
        named = [(row.get("objectId") or row.get("diaObjectId") or row.get("id"), row) for row in found]
        return [Nearby(str(name), row.get("ra"), row.get("dec"), facts=row) for name, row in named if name]

    def known(self, name: str, asked: Asked) -> Known:
        told = self._get(f"alerts/{quote(name, safe='')}", {k: v for k, v in asked.items() if k == "survey"})
        if not isinstance(told, dict):
            raise Unreachable(f"{self.label} gave no object.")
        survey = BY_KEY["lsst" if "diaSource" in told else "ztf"]
        if "candidate" in told and "candid" not in told:
            told = {**told, "candid": told["candidate"].get("candid") or name}
        try:
            alert = survey.normalise(told)
        except (BadPacket, TypeError, AttributeError) as problem:
            raise Unreachable(f"The broker tells of {name} in a manner we do not understand: {problem}") from None
        points = tuple(alert.photometry.points())
        return Known(alert.object_id, survey.key.upper(), alert.ra, alert.dec, points, alert.candid)
