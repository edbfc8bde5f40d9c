"""Events that people and scripts send to the API: kept first, as those that are heard, then answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from apps.sources.actions.checks import plain
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..models import GcnNotice
from ..notices.base import UnreadableNotice
from .events import Admitted
from .receiving import Posted, Received, keep_posted, understand

MOST_BYTES = 64 * 2**20
MOST_GROUPS = 1000


def post_event(viewer: Viewer, body: Mapping[str, Any]) -> Admitted:
    """A notice as text, or an event in figures.

    A VOEvent that came before is refused, as clients expect; anything else that came before is answered with what is
    there. What is wrong is said now, and stands on the operator's page.
    """
    form, raw = _message(body)
    pk = keep_posted(raw, Posted(form, viewer.user_id, _groups(body.get("group_ids"))))
    found = understand(pk, raw, again=True, viewer=viewer)
    if found.admitted is None:
        raise _answer(form, found)
    if not found.admitted.is_new:
        _refuse_voevent(found.admitted.notice_id)
    return found.admitted


def _answer(form: str, found: Received) -> Exception:
    if isinstance(found.problem, UnreadableNotice):
        return Invalid(f"Invalid {form}: {found.problem.reason}")
    return found.problem or Invalid(found.reason)


def _refuse_voevent(notice_id: int) -> None:
    notice = GcnNotice.objects.get(pk=notice_id)
    if notice.form == "voevent":
        raise Invalid(f"GcnNotice with ivorn {notice.ivorn} already exists.")


def _message(body: Mapping[str, Any]) -> tuple[str, bytes]:
    """Which form it has, and the bytes to keep of it."""
    if (xml := body.get("xml")) not in (None, ""):
        return "xml", _bytes(xml, "xml")
    if (text := body.get("json")) not in (None, "", {}):
        return "json", _bytes(text if isinstance(text, str) else json.dumps(text), "json")
    if body.get("dateobs") in (None, ""):
        raise Invalid("Send xml (a VOEvent), json (a notice), or dateobs with what is known of the event.")
    return "figures", json.dumps(plain(dict(body)), sort_keys=True).encode()


def _bytes(text: Any, name: str) -> bytes:
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        raise Invalid(f"Invalid {name}: must be the text of a notice, 64 MB at most.")
    return text.encode("utf-8", "surrogatepass")


def _groups(asked: Any) -> Any:
    """As they can be kept; what is no list of groups stays something that is none, and is refused for it."""
    if asked in (None, "", []):
        return None
    try:
        ids = sorted({int(one) for one in (asked if isinstance(asked, list | tuple) else [asked])})
    except (TypeError, ValueError, OverflowError):
        ids = []
    return ids if 0 < len(ids) <= MOST_GROUPS else plain(str(asked)[:MOST_GROUPS])
