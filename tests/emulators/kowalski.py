"""Kowalski's queue of sky maps for ZTF, as it answers: a bearer token, and JSON by GET, PUT and DELETE."""

from __future__ import annotations

import json
from typing import Any

from .server import Answer, Speak

TOKEN = "token-of-kowalski"


def speak_kowalski(queue: dict[str, dict[str, Any]]) -> Speak:
    """``queue``: triggers by their names, to look at."""

    def speak(path: str, query: dict[str, str]) -> Answer:
        if query.get("authorization") != f"Bearer {TOKEN}":
            return 401, "application/json", b'{"status": "error", "message": "auth failed"}'
        if path not in ("/api/triggers/ztfmma", "/api/triggers/ztfmma.test"):
            return 404, "text/plain", b"404: Not Found"
        return _json(_told(queue, query))

    return speak


def _told(queue: dict[str, dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    said = json.loads(query.get("json") or "{}")
    match query.get("verb"):
        case "PUT":
            if missing := [n for n in ("trigger_name", "trigger_time", "fields", "user") if n not in said]:
                return {"status": "error", "message": f"missing {missing[0]}"}
            queue[said["trigger_name"]] = said
            return {"status": "success", "message": "trigger accepted"}
        case "DELETE":
            if queue.pop(said["trigger_name"], None) is None:
                return {"status": "error", "message": "trigger not found"}
            return {"status": "success", "message": "deleted"}
    return {"status": "success", "message": "queue", "data": list(queue.values())}


def _json(told: dict[str, Any]) -> Answer:
    return 200, "application/json", json.dumps(told).encode()
