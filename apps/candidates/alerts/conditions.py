"""Checking what a person wrote as a filter: one condition, and named expressions that become annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.types as kinds

from . import needs
from .grammar import BadCondition, Found, walk

if TYPE_CHECKING:
    from .sandbox import Sandbox

LONGEST = 4096  # bytes of one text
MOST_ANNOTATIONS = 50
PREFIX = "SELECT ("
ONE_EXPRESSION = "one expression, without statements, clauses or parentheses that close what they did not open."
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

__all__ = ["BadCondition", "Validated", "validate"]


@dataclass(frozen=True)
class Validated:
    """A filter that may run: its texts, and what they need of a packet."""

    condition: str
    annotations: dict[str, str]
    fields_used: tuple[str, ...]  # dotted, as written
    needs: pa.Schema = field(repr=False)  # columns, cut to the fields used


def validate(
    condition: str,
    annotations: Mapping[str, str] | None,
    schemas: Sequence[pa.Schema],
    sandbox: Sandbox | None = None,
) -> Validated:
    """Check a filter against every schema version of its stream.

    Raises BadCondition with a sentence for the person who wrote it. The texts are parsed and bound in the sandbox's
    child process, never here.
    """
    if sandbox is None:
        from .sandbox import shared

        sandbox = shared()
    annotations = dict(annotations or {})
    _check_names(annotations)
    texts = {"": condition, **annotations}
    for name, text in texts.items():
        _check_text(text, name)
    union = needs.together(schemas)
    trees = sandbox.parse([f"{PREFIX}{text}\n)" for text in texts.values()])
    founds = {}
    for (name, text), tree in zip(texts.items(), trees, strict=True):
        founds[name] = _check_tree(tree, text, name, union)
    wanted = _needs(union, founds.values())
    _check_types(sandbox, condition, annotations, wanted)
    paths = sorted({".".join(path) for found in founds.values() for path, _ in found.columns})
    return Validated(condition, annotations, tuple(paths), wanted)


def _check_names(annotations: dict) -> None:
    if len(annotations) > MOST_ANNOTATIONS:
        raise BadCondition(
            f"A filter may have at most {MOST_ANNOTATIONS} annotations; this one has {len(annotations)}."
        )
    for name in annotations:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise BadCondition(
                f"The annotation name {str(name)[:80]!r} must be a letter followed by up to 63 letters, digits or _."
            )


def _check_text(text: Any, name: str) -> None:
    whose = _whose(name)
    if not isinstance(text, str) or not text.strip():
        raise BadCondition(f"{whose} is empty; write a condition such as candidate.magpsf < 18.5.")
    if (size := len(text.encode("utf-8", "surrogatepass"))) > LONGEST:
        raise BadCondition(f"{whose} has {size} bytes; the limit is {LONGEST}. Shorten it.")
    odd = next((i for i, c in enumerate(text) if not c.isprintable() and c not in "\n\r\t"), None)
    if odd is not None:
        raise BadCondition(
            f"{whose} has an invisible character (U+{ord(text[odd]):04X}) {_place(text, odd)}; remove it."
        )


def _check_tree(answer: dict, text: str, name: str, union: pa.Schema) -> Found:
    whose = _whose(name)
    if "Only SELECT" in str(answer.get("error_message")):
        raise BadCondition(f"{whose} must be {ONE_EXPRESSION}")
    if answer.get("error"):
        raise BadCondition(f"{whose} is not valid: {_plain_error(answer, text)}")
    statements = answer.get("statements", [])
    node = statements[0].get("node", {}) if len(statements) == 1 else {}
    items = node.get("select_list", [])
    if not _is_one_expression(node) or len(items) != 1 or items[0].get("alias"):
        raise BadCondition(f"{whose} must be {ONE_EXPRESSION}")

    def say_where(location) -> str:
        at = _characters(text, location)
        return f" ({_place(text, at)})" if at is not None else ""

    try:
        found = walk(items[0], say_where)
    except BadCondition as error:
        raise BadCondition(f"{error}" if not name else f"In the annotation {name}: {error}") from None
    for path, location in found.columns:
        _check_field(path, union, say_where(location), name)
    return found


def _is_one_expression(node: dict) -> bool:
    """Nothing in the statement but the one thing that is selected."""
    plain: dict[str, Any] = {
        "type": "SELECT_NODE",
        "modifiers": [],
        "where_clause": None,
        "group_expressions": [],
        "group_sets": [],
        "having": None,
        "sample": None,
        "qualify": None,
        "aggregate_handling": "STANDARD_HANDLING",
    }
    no_tables = (node.get("from_table") or {}).get("type") == "EMPTY" and not (node.get("cte_map") or {}).get("map")
    return no_tables and all(node.get(key) == value for key, value in plain.items())


def _check_field(path: tuple[str, ...], union: pa.Schema, where: str, name: str) -> None:
    fields = {f.name.lower(): f for f in union}
    at = f" in the annotation {name}" if name else ""
    for depth, part in enumerate(path):
        if part.lower() not in fields:
            above = ".".join(path[:depth])
            close = get_close_matches(part.lower(), fields, 1)
            hint = f"; did you mean {'.'.join([*path[:depth], fields[close[0]].name])}?" if close else "."
            inside = f"{above} has no field {part}" if above else f"there is no field {part}"
            raise BadCondition(f"In every version of this stream {inside}{at}{where}{hint}")
        kind = fields[part.lower()].type
        rest = path[depth + 1 :]
        if not rest:
            return
        if kinds.is_list(kind):
            written = ".".join(path[: depth + 1])
            raise BadCondition(
                f"{written} is a list{at}{where}; look into it with "
                f"list_filter({written}, lambda p: p.{rest[0]} …) or {written}[1].{rest[0]}."
            )
        if not kinds.is_struct(kind):
            raise BadCondition(f"{'.'.join(path[: depth + 1])} is a plain value; it has no field {rest[0]}{at}{where}.")
        fields = {f.name.lower(): f for f in kind}


def _needs(union: pa.Schema, founds) -> pa.Schema:
    columns, names, whole = set(), set(), set()
    for found in founds:
        columns |= {path[0].lower() for path, _ in found.columns}
        names |= found.names
        whole |= {path[0].lower() for path in found.whole if len(path) == 1 or _is_nested(union, path)}
    return needs.pruned(union, columns, names, whole)


def _is_nested(union: pa.Schema, path: tuple[str, ...]) -> bool:
    """Whether a path ends at a record or list rather than at a plain value."""
    fields, kind = {f.name.lower(): f for f in union}, None
    for part in path:
        if part.lower() not in fields:
            return False
        kind = fields[part.lower()].type
        fields = {f.name.lower(): f for f in kind} if kinds.is_struct(kind) else {}
    return kind is not None and kinds.is_nested(kind)


def _check_types(sandbox, condition: str, annotations: dict[str, str], wanted: pa.Schema) -> None:
    answers = sandbox.bind([condition, *annotations.values()], wanted)
    for name, text, answer in zip(["", *annotations], [condition, *annotations.values()], answers, strict=True):
        if "error" in answer:
            raise BadCondition(f"{_whose(name)} is not valid: {_plain_error(answer, text)}")
        kind = answer["type"]
        if not name and kind not in ("BOOLEAN", '"NULL"', "NULL"):
            raise BadCondition(
                f"The condition must be true or false, but this is {_a_type(kind)}; compare it with something."
            )
        if name and ("STRUCT" in kind or "MAP" in kind):
            raise BadCondition(f"The annotation {name} is a whole record; name one of its fields.")


def _a_type(kind: str) -> str:
    words = {"DOUBLE": "a number", "BIGINT": "a whole number", "INTEGER": "a whole number", "VARCHAR": "a text"}
    return words.get(kind, f"a value of type {kind}")


def _plain_error(answer: dict, text: str) -> str:
    """DuckDB's message as a sentence, without its picture of the statement, with the place in the person's text."""
    message = str(answer.get("error_message") or answer.get("error") or "it cannot be understood")
    if "expression depth" in message:
        return "it is nested too deeply."
    message = re.sub(r"^[A-Za-z ]+ Error: ", "", message.split("\n\n")[0].split("\nLINE")[0]).strip()
    message = " ".join(message.split()).rstrip(".")
    position = answer.get("position")
    at = _characters(text, int(position)) if position is not None else None
    if at is None and message.startswith("syntax error"):  # at what was laid around the person's text
        return "its brackets do not match, or something is missing at its end."
    return message[:500] + (f" ({_place(text, at)})." if at is not None else ".")


def _characters(text: str, location) -> int | None:
    """Where in the text a byte of the statement is; None outside of it."""
    if not isinstance(location, int):
        return None
    raw, at = text.encode("utf-8", "surrogatepass"), location - len(PREFIX)
    return len(raw[:at].decode("utf-8", "replace")) if 0 <= at <= len(raw) else None


def _place(text: str, at: int) -> str:
    line, start = text.count("\n", 0, at) + 1, text.rfind("\n", 0, at) + 1
    near = text[at : at + 24].split("\n")[0].strip()
    where = f"character {at - start + 1}" if line == 1 else f"line {line}, character {at - start + 1}"
    return f"at {where}, near {json.dumps(near, ensure_ascii=False)}" if near else f"at {where}"


def _whose(name: str) -> str:
    return f"The annotation {name}" if name else "The condition"
