"""A condition taken apart: its clauses as a tree, each as a text that can be asked of a packet by itself.

The parts are cut out of DuckDB's own tree of the condition and written as text by DuckDB again, never by cutting the
person's text. Only a condition that `conditions.validate` has accepted comes here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from .conditions import PREFIX, BadCondition, Validated
from .sandbox import Sandbox

ALL, ANY, NOT = "all of", "one of", "not"
JOINS = {"CONJUNCTION_AND": ALL, "CONJUNCTION_OR": ANY}
MOST_OPERANDS = 4
MOST_CLAUSES = 100


@dataclass
class Clause:
    """A part of a condition. ``join`` says how its own parts make it true; one without parts is a plain comparison."""

    text: str
    join: str = ""
    parts: list[Clause] = field(default_factory=list)
    operands: list[str] = field(default_factory=list)  # expressions whose values decide it

    def walk(self) -> Iterator[Clause]:
        """This clause and all below it, in the order in which they are read."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def label(self) -> str:
        """The text without the parentheses around it."""
        return bare(self.text)


def tree_of(asked: Validated, sandbox: Sandbox) -> Clause:
    """The clauses of a condition that is known to be good."""
    (parsed,) = sandbox.parse([f"{PREFIX}{asked.condition}\n)"])
    if parsed.get("error") or not parsed.get("statements"):
        raise BadCondition("The condition could not be taken apart; try again.")
    nodes: list[dict[str, Any]] = []
    (item,) = parsed["statements"][0]["node"]["select_list"]
    root = _cut(item, asked.needs, nodes)
    if len(nodes) > 4 * MOST_CLAUSES:
        raise BadCondition("The condition has too many clauses to be told one by one.")
    texts = [_text(answer) for answer in sandbox.render([_statement(parsed, node) for node in nodes])]
    _put(root, iter(texts))
    return root


def top(root: Clause) -> list[str]:
    """The clauses that must all be true; the condition itself where it is not made of such."""
    return [part.text for part in root.parts] if root.join == ALL else [root.text]


def _cut(node: dict[str, Any], schema: pa.Schema, nodes: list[dict[str, Any]]) -> Clause:
    """The tree with texts still missing; ``nodes`` collects, in order, what is to be written as text."""
    nodes.append(node)
    clause = Clause("")
    if node.get("type") in JOINS:
        clause.join = JOINS[node["type"]]
        clause.parts = [_cut(part, schema, nodes) for part in node["children"]]
    elif node.get("type") == "OPERATOR_NOT":
        clause.join = NOT
        clause.parts = [_cut(node["children"][0], schema, nodes)]
    else:
        found = _operands(node, schema)
        clause.operands = [""] * len(found)
        nodes.extend(found)
    return clause


def _put(clause: Clause, texts: Iterator[str]) -> None:
    clause.text = next(texts)
    clause.operands = [next(texts) for _ in clause.operands]
    for part in clause.parts:
        _put(part, texts)


def _operands(node: dict[str, Any], schema: pa.Schema) -> list[dict[str, Any]]:
    """What is compared, where it is not a constant, and the fields it is made of."""
    match node.get("class"):
        case "COMPARISON":
            sides = [node["left"], node["right"]]
        case "BETWEEN":
            sides = [node["input"], node["lower"], node["upper"]]
        case "OPERATOR":
            sides = node["children"][:1]
        case _:
            sides = []
    found = [side for side in sides if side.get("class") not in ("CONSTANT", "COLUMN_REF")]
    found += _columns(node, frozenset())
    unique: dict[str, dict[str, Any]] = {}
    for one in found:
        if not (one.get("class") == "COLUMN_REF" and _is_nested(schema, one["column_names"])):
            key = str(one.get("column_names") or id(one))
            unique.setdefault(key.lower(), one)
    return list(unique.values())[:MOST_OPERANDS]


def _columns(node: Any, inside: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Fields of the packet named anywhere in an expression, not those of a lambda's own names."""
    if isinstance(node, list):
        for part in node:
            yield from _columns(part, inside)
    elif isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            if node["column_names"][0].lower() not in inside:
                yield node
        elif node.get("class") == "LAMBDA":
            names = {one["column_names"][0].lower() for one in _columns(node["lhs"], frozenset())}
            yield from _columns(node["expr"], inside | names)
        else:
            for part in node.values():
                yield from _columns(part, inside)


def _is_nested(schema: pa.Schema, path: list[str]) -> bool:
    fields, kind = {f.name.lower(): f.type for f in schema}, None
    for name in path:
        kind = fields.get(name.lower())
        fields = {f.name.lower(): f.type for f in kind} if kind is not None and kinds.is_struct(kind) else {}
    return kind is None or kinds.is_nested(kind)


def _statement(parsed: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    whole = copy.copy(parsed["statements"][0])
    whole["node"] = {**whole["node"], "select_list": [{**node, "alias": ""}]}
    return {**parsed, "statements": [whole]}


def _text(answer: dict[str, Any]) -> str:
    text = str(answer.get("text", ""))
    if not text.startswith("SELECT "):
        raise BadCondition("The condition could not be taken apart; try again.")
    return text.removeprefix("SELECT ")


def bare(text: str) -> str:
    """Without a pair of parentheses that holds all of it; parentheses in quotes are no parentheses."""
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1].strip()
    return text


def _closes_last(text: str) -> bool:
    depth, quote = 0, ""
    for i, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return i == len(text) - 1
    return False
