"""What is common to pages whose address is kept under a name (see actions.kept)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from skyportal.access.errors import Invalid
from skyportal.api.params import key
from skyportal.web.responses import with_toast


def what_to_keep(given: QueryDict) -> tuple[str | None, str, int | None]:
    """Name, query and the group that shares it, as a form or an undo gives them."""
    group = given.get("group", "")
    try:
        return given.get("name"), given.get("query", ""), key(group) if group else None
    except ValueError:
        raise Invalid("Choose one of your groups.") from None


def forgotten(gone: Any, keep_url: str) -> HttpResponse:
    """Nothing in its place, and an undo that keeps it again."""
    again = {"name": gone.name, "query": gone.query, "group": gone.group_id or ""}
    return with_toast(HttpResponse(), f"{gone.name} is deleted.", undo_url=f"{reverse(keep_url)}?{urlencode(again)}")
