"""What packets of a stream look like: the schemas that were seen, and filters checked against them.

Each schema version is kept once as a small file, so that a filter can be written before tonight's first packet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.groups.models import Stream
from skyportal.access.errors import Invalid

from ..alerts import needs, sandbox
from ..alerts.conditions import BadCondition, Validated, validate
from ..alerts.schemas import PacketSchema, from_tree
from ..alerts.simulator import SCHEMAS


def folder(stream_id: int) -> str:
    return f"schemas/{stream_id}"


def name_of(schema: pa.Schema) -> str:
    """The same for packets of the same fields."""
    return hashlib.sha256(schema.remove_metadata().serialize()).hexdigest()[:20]


def remember(stream_id: int, schema: pa.Schema) -> bool:
    """Keep the form of these packets; whether it was new."""
    name = f"{folder(stream_id)}/{name_of(schema)}.arrow"
    if default_storage.exists(name):
        return False
    default_storage.save(name, ContentFile(schema.remove_metadata().serialize().to_pybytes()))
    return True


def known(stream: Stream) -> list[pa.Schema]:
    """Every form in which packets of this stream came, or of its survey before the first one came."""
    try:
        names = sorted(name for name in default_storage.listdir(folder(stream.pk))[1] if name.endswith(".arrow"))
    except FileNotFoundError:
        names = []
    return [_read(f"{folder(stream.pk)}/{name}") for name in names] or _shipped(stream)


def _shipped(stream: Stream) -> list[pa.Schema]:
    """The form of a survey's packets that we know without having seen one of the stream's own."""
    survey = stream.altdata.get("survey") if isinstance(stream.altdata, dict) else None
    ours = SCHEMAS.get(str(survey).lower())
    return [from_tree(ours()).arrow] if ours else []


@lru_cache(maxsize=256)
def _read(name: str) -> pa.Schema:
    """A file never changes: its name is its content's."""
    with default_storage.open(name) as file:
        return pa.ipc.read_schema(pa.py_buffer(file.read()))


def fields(stream: Stream) -> list[tuple[str, str]]:
    """Every field that a condition may name, with its type."""
    return needs.describe(needs.together(known(stream)))


def remember_notes(stream_id: int, schema: PacketSchema) -> None:
    """Keep what a survey's schema says of its fields: units and documentation, which columns do not carry."""
    name = f"{folder(stream_id)}/notes-{hashlib.sha256(schema.fingerprint.encode()).hexdigest()[:20]}.json"
    found = documentation(schema.avro)
    if found and not default_storage.exists(name):
        default_storage.save(name, ContentFile(json.dumps(found).encode()))


def notes(stream: Stream) -> dict[str, str]:
    """What the survey says of its fields, by path."""
    try:
        names = sorted(name for name in default_storage.listdir(folder(stream.pk))[1] if name.startswith("notes-"))
    except FileNotFoundError:
        names = []
    found: dict[str, str] = {}
    for name in names:
        with default_storage.open(f"{folder(stream.pk)}/{name}") as file:
            found |= json.loads(file.read())
    return found


def documentation(tree: Any, above: str = "") -> dict[str, str]:
    """The ``doc`` of each field of an Avro schema, by the path by which conditions name it."""
    found: dict[str, str] = {}
    if isinstance(tree, list):
        for kind in tree:
            found |= documentation(kind, above)
    elif isinstance(tree, dict) and tree.get("type") == "array":
        found |= documentation(tree.get("items"), f"{above}[]")
    elif isinstance(tree, dict) and tree.get("type") == "record":
        for field in tree.get("fields", []):
            path = f"{above}.{field['name']}" if above else field["name"]
            if isinstance(field.get("doc"), str) and field["doc"].strip():
                found[path] = " ".join(field["doc"].split())[:200]
            found |= documentation(field["type"], path)
    elif isinstance(tree, dict):
        found |= documentation(tree.get("type"), above) if isinstance(tree.get("type"), dict | list) else {}
    return found


def get_ready() -> None:
    """Somebody is about to write a filter: what they write shall be checked at once."""
    sandbox.shared().warm()


def validated(stream: Stream, condition: str, annotations: Mapping[str, str]) -> Validated:
    """A filter that may run, or `BadCondition`, in words for the person who wrote it."""
    schemas = known(stream)
    if not schemas:
        raise BadCondition(
            f"No packet of {stream.name} has been seen yet, so its fields are not known; ingest one first."
        )
    return validate(condition, annotations, schemas)


def checked_condition(stream_id: int, condition: str, annotations: Any) -> tuple[str, dict[str, str]]:
    """The texts of a filter, trimmed, once they are known to be able to run."""
    if not isinstance(annotations, Mapping):
        raise Invalid("annotations: must be an object of name → expression.")
    texts = {str(name).strip(): str(text).strip() for name, text in annotations.items()}
    try:
        checked = validated(Stream.objects.get(pk=stream_id), condition.strip(), texts)
    except BadCondition as problem:
        raise Invalid(f"Invalid condition: {problem}") from None
    return checked.condition, checked.annotations
