"""Keeping searches of the sources page, and what columns it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.groups import actions as people
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import SearchSaved
from ..models import SavedSearch
from ..queries.columns import PREFERENCE, chosen
from ..queries.searches import own_search
from .kept import keep_address


@transaction.atomic
def keep_search(viewer: Viewer, name: Any, query: str, group_id: int | None = None) -> SavedSearch:
    """Keep an address of the sources page under a name; the same name again replaces what it meant."""
    search = keep_address(viewer, SavedSearch.objects.all(), name, query, group_id)
    record(SearchSaved(search.name, "saved", viewer.user_id))
    return search


@transaction.atomic
def delete_search(viewer: Viewer, search_id: int) -> SavedSearch:
    search = own_search(viewer, search_id)
    record(SearchSaved(search.name, "deleted", viewer.user_id))
    search.delete()
    return search


def keep_columns(viewer: Viewer, keys: Iterable[str]) -> None:
    """The columns that this person's lists show when the address says nothing else."""
    columns = [column.key for column in chosen(keys)]
    people.change_profile(viewer, {"preferences": {PREFERENCE: columns}})
