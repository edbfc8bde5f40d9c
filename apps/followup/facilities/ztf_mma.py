"""The Zwicky Transient Facility's queue of sky maps, kept by Kowalski.

`GET`, `PUT` and `DELETE` of ``{address}/api/triggers/ztfmma`` with a bearer token; a trigger has a `trigger_name`, a
`trigger_time` (MJD), `fields` with `field_id` and `probability`, and a `user`. Answers are JSON with `status` and,
of GET, `data`. ``ztfmma.test`` takes the same and observes nothing.
"""

from __future__ import annotations

from typing import Any

import orjson

from skyportal.access.configured import Setting
from skyportal.outside import Unreachable, fetch

from . import facilities
from .base import MapTrigger, TakesSkyMaps


@facilities.add
class ZtfMma(TakesSkyMaps):
    key = "ztf_mma"
    classname = "ZTFMMAAPI"
    label = "ZTF, multi-messenger queue"
    settings_form = (
        Setting("access_token", "Access token", "secret", required=True, help="Of a user of Kowalski who may trigger."),
        Setting("address", "Address of Kowalski", "address", default="https://kowalski.caltech.edu"),
        Setting("queue", "Queue", "choice", default="ztfmma", choices=("ztfmma", "ztfmma.test"),
                help="ztfmma.test takes triggers and observes nothing."),
    )  # fmt: skip

    def _ask(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        address = f"{str(self.setting('address')).rstrip('/')}/api/triggers/{self.setting('queue')}"
        headers = {"Authorization": f"Bearer {self.setting('access_token')}"}
        told = fetch(address, json=body, verb=verb, headers=headers, seconds=30)
        try:
            answer = orjson.loads(told)
        except orjson.JSONDecodeError:
            raise Unreachable(f"{self.label} gave an answer that cannot be read.") from None
        if not isinstance(answer, dict) or answer.get("status") != "success":
            why = str(answer.get("message") or "")[:200] if isinstance(answer, dict) else ""
            raise Unreachable(f"{self.label} refused{': ' + why if why else ' and did not say why'}.")
        return answer

    def send_map(self, trigger: MapTrigger) -> None:
        fields = [{"field_id": number, "probability": chance} for number, chance in trigger.fields]
        self._ask("PUT", {
            "trigger_name": trigger.name, "trigger_time": trigger.mjd, "fields": fields, "user": trigger.user,
        })  # fmt: skip

    def queued_maps(self) -> list[str]:
        rows = self._ask("GET", {}).get("data")
        if not isinstance(rows, list):
            raise Unreachable(f"{self.label} gave an answer without its queue.")
        return [str(row["trigger_name"]) for row in rows if isinstance(row, dict) and row.get("trigger_name")]

    def remove_map(self, name: str, user: str) -> None:
        self._ask("DELETE", {"trigger_name": name, "user": user})
