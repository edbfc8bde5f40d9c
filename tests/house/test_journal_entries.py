"""Every kind of entry survives the journal: plain values in, the same entry out."""

import importlib
import json
import pkgutil
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import apps
from skyportal.journal.entries import KINDS, Entry, revive

for found in pkgutil.walk_packages(apps.__path__, "apps."):
    if found.name.endswith(".entries"):
        importlib.import_module(found.name)

ENTRIES = [kind for kind in KINDS.values() if kind.__module__.startswith("apps.")]


def sample(kind: Any) -> Any:
    """A value of an annotated type that an entry may have; others do not belong in a journal."""
    plain = {int: 7, str: "ZTF21abc", float: 1.5, bool: True, type(None): None, Any: "anything"}
    if kind in plain:
        return plain[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin is list:
        return [sample(args[0])]
    if origin is dict:
        return {"key": sample(args[1])}
    if args:
        return sample(next(arg for arg in args if arg is not type(None)))
    raise AssertionError(f"{kind} is not a plain value; entries carry ids and plain values only.")


def made(kind: type[Entry]) -> Entry:
    hints = get_type_hints(kind)
    return kind(**{f.name: sample(hints[f.name]) for f in fields(kind) if f.default is MISSING or f.init})


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda k: k.__name__)
def test_an_entry_is_a_frozen_dataclass_that_survives_json(kind):
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen, f"{kind.__name__} could be changed after it was recorded"
    entry = made(kind)
    assert revive(kind.__name__, json.loads(json.dumps(entry.payload()))) == entry


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda k: k.__name__)
def test_its_topics_are_names_of_a_kind_and_nothing_more(kind):
    for topic in made(kind).topics():
        what, _, name = topic.partition(":")
        assert what.isidentifier()
        assert name
        assert "None" not in topic


def test_two_entries_of_one_name_are_refused():
    taken = ENTRIES[0].__name__
    with pytest.raises(TypeError, match="Two journal entries"):
        type(taken, (Entry,), {"__module__": "elsewhere"})
