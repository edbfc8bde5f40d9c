"""Keeping searches of the sources page, and what columns it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import QueryDict

from apps.groups import actions as people
from apps.groups import queries as groups
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import SearchSaved
from ..models import SavedSearch
from ..queries.columns import PREFERENCE, chosen
from ..queries.searches import own_search
from . import checks

MOST = 200


@transaction.atomic
def keep_search(viewer: Viewer, name: Any, query: str, group_id: int | None = None) -> SavedSearch:
    """Keep an address of the sources page under a name; the same name again replaces what it meant."""
    person = checks.person(viewer)
    name = checks.text(name, "name", most=80).strip()
    if len(query) > 4000:
        raise Invalid("This search is too long to keep.")
    asked = QueryDict(query, mutable=True)
    asked.pop("page", None)
    if group_id is not None:
        (group_id,) = groups.accessible_group_ids(viewer, [group_id])
    if SavedSearch.objects.filter(owner=person).count() >= MOST:
        raise Invalid(f"You keep {MOST} searches; delete one first.")
    search, _ = SavedSearch.objects.update_or_create(
        owner_id=person, name=name, defaults={"query": asked.urlencode(), "group_id": group_id}
    )
    record(SearchSaved(name, "saved", person))
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
