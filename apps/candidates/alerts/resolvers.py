"""Where the schema of a Kafka message with the Confluent header is found: a folder, or a schema registry."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from .containers import BadPacket
from .schemas import BadSchema, PacketSchema, from_json, from_tree


class Resolver(Protocol):
    """Finds the schema that a message names by number."""

    def schema(self, number: int) -> PacketSchema:
        """Raises BadPacket when there is no such schema, SchemaUnavailable when it cannot be asked now."""


class SchemaUnavailable(ConnectionError):
    """The registry did not answer: not the packet's fault, try again later."""


class FolderResolver:
    """Schemas kept as files.

    Either ``<number>.avsc``, or in the arrangement in which Rubin publishes its schemas: a folder for each version
    (``9.0/``), an ``*.alert.avsc`` in it and the records it names in files beside it. Rubin numbers its schemas
    100 x major + minor, so message 704 belongs to version 7.4.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self._known: dict[int, PacketSchema] = {}

    def schema(self, number: int) -> PacketSchema:
        if number not in self._known:
            self._known[number] = self._load(number)
        return self._known[number]

    def _load(self, number: int) -> PacketSchema:
        single = self.folder / f"{number}.avsc"
        version = self.folder / f"{number // 100}.{number % 100}"
        tops = [single] if single.is_file() else sorted(version.glob("*.alert.avsc"))
        if not tops:
            raise BadPacket(f"the message names schema {number}, which {self.folder.name}/ does not hold")
        try:
            return load(tops[0])
        except (BadSchema, OSError, ValueError) as error:
            raise BadPacket(f"schema {number} cannot be used: {error}") from None


class RegistryResolver:
    """A Confluent-compatible schema registry, asked once for each number."""

    def __init__(self, url: str, timeout_s: float = 10):
        if not url.startswith(("http://", "https://")):
            raise ValueError("a schema registry's address starts with http:// or https://")
        self.url, self.timeout_s = url.rstrip("/"), timeout_s
        self._known: dict[int, PacketSchema] = {}

    def schema(self, number: int) -> PacketSchema:
        if number not in self._known:
            self._known[number] = self._ask(number)
        return self._known[number]

    def _ask(self, number: int) -> PacketSchema:
        address = f"{self.url}/schemas/ids/{number}"
        try:
            with urllib.request.urlopen(address, timeout=self.timeout_s) as answer:  # noqa: S310 (scheme checked above)
                return from_json(json.loads(answer.read(4_000_000))["schema"])
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise BadPacket(f"the message names schema {number}, which the registry does not know") from None
            raise SchemaUnavailable(f"the registry answered {error.code} for schema {number}") from None
        except OSError as error:
            raise SchemaUnavailable(f"the registry does not answer: {error}") from None
        except (KeyError, ValueError) as error:
            raise BadPacket(f"the registry's schema {number} cannot be used: {error}") from None


def load(path: str | Path) -> PacketSchema:
    """Read a schema file; records it names but does not define are looked for in the files beside it."""
    path = Path(path)
    tree = json.loads(path.read_bytes())
    beside = {}
    for other in sorted(path.parent.glob("*.avsc")):
        if other != path:
            definition = json.loads(other.read_bytes())
            if isinstance(definition, dict) and "name" in definition:
                beside[_name(definition)] = definition
    return from_tree(_put_in(tree, beside, tree.get("namespace", "") if isinstance(tree, dict) else "", set()))


def _name(definition: dict, namespace: str = "") -> str:
    name, namespace = definition["name"], definition.get("namespace", namespace)
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _put_in(avro: Any, beside: dict[str, dict], namespace: str, placed: set[str]) -> Any:
    """The schema with outside records written out where they are first named."""
    if isinstance(avro, str):
        full = avro if avro in beside else f"{namespace}.{avro}"
        if full not in beside or full in placed:
            return avro
        placed.add(full)
        return _put_in(beside[full], beside, full.rpartition(".")[0], placed)
    if isinstance(avro, list):
        return [_put_in(branch, beside, namespace, placed) for branch in avro]
    if not isinstance(avro, dict):
        return avro
    inner = avro.get("namespace", namespace)
    out = {
        k: v if k in ("name", "namespace", "doc") else _put_in(v, beside, inner, placed)
        for k, v in avro.items()
        if k in ("type", "items", "values")
    }
    if "fields" in avro:
        out["fields"] = [{**f, "type": _put_in(f["type"], beside, inner, placed)} for f in avro["fields"]]
    return {**avro, **out}
