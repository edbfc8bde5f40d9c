"""Events that people and scripts send to the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..notices.base import Notice, UnreadableNotice
from ..notices.reading import read
from .dictionaries import as_notice
from .events import Admitted, admit

MOST_BYTES = 64 * 2**20


def post_event(viewer: Viewer, body: Mapping[str, Any]) -> Admitted:
    """A notice as text, or an event in figures.

    A VOEvent that came before is refused, as clients expect; anything else that came before is answered with what is
    there.
    """
    notice, raw = _notice(body)
    admitted = admit(viewer, notice, raw=raw, group_ids=body.get("group_ids"))
    if not admitted.is_new and notice.form == "voevent":
        raise Invalid(f"GcnNotice with ivorn {notice.ivorn} already exists.")
    return admitted


def _notice(body: Mapping[str, Any]) -> tuple[Notice, bytes]:
    if (xml := body.get("xml")) not in (None, ""):
        return _read(xml, "xml")
    if (text := body.get("json")) not in (None, "", {}):
        notice, raw = _read(text if isinstance(text, str) else json.dumps(text), "json")
        return notice, raw
    if body.get("dateobs") in (None, ""):
        raise Invalid("Send xml (a VOEvent), json (a notice), or dateobs with what is known of the event.")
    return as_notice(body)


def _read(text: Any, name: str) -> tuple[Notice, bytes]:
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        raise Invalid(f"Invalid {name}: must be the text of a notice, 64 MB at most.")
    raw = text.encode("utf-8", "surrogatepass")
    try:
        return read(raw), raw
    except UnreadableNotice as problem:
        raise Invalid(f"Invalid {name}: {problem.reason}") from None
