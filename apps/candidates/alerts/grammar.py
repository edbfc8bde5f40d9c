"""What a filter's text may be made of. Whatever is not named here is refused.

The text has been parsed by DuckDB into a tree; this walks it. It never executes anything, so a text can only do
what these few nodes and functions can: look at one packet's values and compute a number, a text or a truth.
Left out on purpose: whatever makes long values from short ones (range, repeat, pad, replace, list_reduce, ``||``),
whatever looks outside the packet (files, settings, tables, the clock, random), and whatever looks across packets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

DEEPEST = 30
DEEPEST_LAMBDA = 2

OPERATORS = {"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "OPERATOR_TRY",
             "COMPARE_IN", "COMPARE_NOT_IN", "ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT"}  # fmt: skip
NODES = {"COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE", "CAST", "LAMBDA",
         "FUNCTION"}  # fmt: skip
TYPES = {"BOOLEAN", "BOOL", "TINYINT", "SMALLINT", "INTEGER", "INT", "BIGINT", "LONG", "DOUBLE", "FLOAT", "REAL",
         "DECIMAL", "NUMERIC", "VARCHAR", "TEXT", "STRING", "DATE", "TIMESTAMP"}  # fmt: skip

ARITHMETIC = {"+", "-", "*", "/", "//", "%", "^", "**", "@", "&", "|", "<<", ">>", "~~", "!~~", "~~*", "!~~*"}
NUMBERS = {"abs", "ceil", "ceiling", "floor", "round", "trunc", "sign", "sqrt", "cbrt", "pow", "power", "exp", "ln",
           "log", "log10", "log2", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "radians", "degrees", "pi",
           "greatest", "least", "mod", "isnan", "isinf", "isfinite", "nullif", "ifnull", "if"}  # fmt: skip
TEXTS = {"lower", "upper", "length", "strlen", "starts_with", "ends_with", "prefix", "suffix", "contains", "trim",
         "ltrim", "rtrim", "substring", "substr", "left", "right", "position", "strpos", "instr"}  # fmt: skip
TIMES = {"epoch", "year", "month", "day", "hour", "date_part", "julian"}
LISTS = {"len", "array_length", "list_value", "list_filter", "list_transform", "list_apply", "list_contains",
         "list_has", "list_position", "list_extract", "list_element", "array_extract", "list_slice", "array_slice",
         "list_sum", "list_avg", "list_min", "list_max", "list_count", "list_median", "list_first", "list_last",
         "list_any_value", "list_stddev_pop", "list_stddev_samp", "list_var_pop", "list_var_samp", "list_bool_and",
         "list_bool_or", "list_sort", "list_reverse_sort", "list_distinct", "list_unique", "list_has_any",
         "list_has_all", "struct_extract", "map_extract", "map_contains"}  # fmt: skip
FUNCTIONS = ARITHMETIC | NUMBERS | TEXTS | TIMES | LISTS

# These look at their list or record only through names written out elsewhere, so it may be sent without the rest.
SEE_THROUGH = {"list_filter", "list_transform", "list_apply", "len", "array_length", "list_extract", "list_element",
               "array_extract", "list_slice", "array_slice", "list_first", "list_last", "list_any_value",
               "struct_extract", "list_count"}  # fmt: skip

KINDS = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "a star or COLUMNS()",
    "PARAMETER": "a parameter (? or $1)",
    "POSITIONAL_REFERENCE": "a positional reference (#1)",
    "COLLATE": "a collation",
    "DEFAULT": "DEFAULT",
}


class BadCondition(ValueError):
    """A filter's text that cannot be accepted. The message says what to change, and where."""


@dataclass
class Found:
    """What a text refers to."""

    columns: list[tuple[tuple[str, ...], int]] = field(default_factory=list)  # path and place, outside lambdas' names
    names: set[str] = field(default_factory=set)  # every field name written anywhere, in lower case
    whole: set[tuple[str, ...]] = field(default_factory=set)  # records and lists used as one value


def walk(tree: dict[str, Any], say_where) -> Found:
    """Check a parsed expression. ``say_where(place)`` words a place in the text; raises BadCondition."""
    walker = _Walker(say_where)
    walker.visit(tree, 1, ())
    return walker.found


class _Walker:
    def __init__(self, say_where) -> None:
        self.say_where, self.found = say_where, Found()

    def refuse(self, node: dict, what: str, hint: str = ".") -> None:
        raise BadCondition(f"{what}{self.say_where(node.get('query_location'))}{hint}")

    def visit(self, node: Any, depth: int, scope: tuple[frozenset[str], ...]) -> None:
        if not isinstance(node, dict) or node.get("class") not in NODES:
            kind = node.get("class", "") if isinstance(node, dict) else ""
            self.refuse(
                node if isinstance(node, dict) else {}, f"{_cap(KINDS.get(kind, 'This'))} is not allowed in a filter"
            )
        if depth > DEEPEST:
            self.refuse(node, f"The expression is nested more than {DEEPEST} deep; split it or simplify it")
        getattr(self, f"on_{node['class'].lower()}")(node, depth, scope)

    def parts(self, parts, depth, scope) -> None:
        for part in parts:
            self.visit(part, depth + 1, scope)

    def on_constant(self, node, depth, scope) -> None:
        pass

    def on_column_ref(self, node, depth, scope) -> None:
        path = tuple(node["column_names"])
        self.found.names.update(name.lower() for name in path)
        if not any(path[0].lower() in names for names in scope):
            self.found.columns.append((path, node.get("query_location", 0)))

    def on_comparison(self, node, depth, scope) -> None:
        self.note_whole((node["left"], node["right"]), scope)
        self.parts((node["left"], node["right"]), depth, scope)

    def on_conjunction(self, node, depth, scope) -> None:
        self.parts(node["children"], depth, scope)

    def on_between(self, node, depth, scope) -> None:
        self.parts((node["input"], node["lower"], node["upper"]), depth, scope)

    def on_case(self, node, depth, scope) -> None:
        for check in node["case_checks"]:
            self.parts((check["when_expr"], check["then_expr"]), depth, scope)
        self.visit(node["else_expr"], depth + 1, scope)

    def on_operator(self, node, depth, scope) -> None:
        if node["type"] not in OPERATORS:
            self.refuse(
                node, f"The operator {node['type'].removeprefix('OPERATOR_').lower()} is not allowed in a filter"
            )
        if node["type"] in ("STRUCT_EXTRACT", "ARRAY_EXTRACT"):
            self.note_name(node["children"][1:])
        if node["type"].startswith("COMPARE"):
            self.note_whole(node["children"], scope)
        self.parts(node["children"], depth, scope)

    def on_cast(self, node, depth, scope) -> None:
        kind = node["type_expr"]
        name = str(kind.get("type_name", ""))
        path = (kind.get("qualified_name") or {}).get("path", [name])
        simple = all(child.get("class") == "CONSTANT" for child in kind.get("children") or [])
        if kind.get("class") != "TYPE" or name.upper() not in TYPES or len(path) != 1 or not simple:
            self.refuse(node, f"A cast to {name or 'this type'} is not allowed; use one of {', '.join(sorted(TYPES))}")
        self.note_whole((node["child"],), scope)
        self.visit(node["child"], depth + 1, scope)

    def on_lambda(self, node, depth, scope) -> None:
        if len(scope) >= DEEPEST_LAMBDA:
            self.refuse(node, f"Lambdas are nested more than {DEEPEST_LAMBDA} deep")
        names = frozenset(_parameters(node["lhs"]))
        if not names:
            self.refuse(node, "A lambda's parameters must be plain names")
        self.visit(node["expr"], depth + 1, (*scope, names))

    def on_function(self, node, depth, scope) -> None:
        name = str(node["function_name"]).lower()
        path = (node.get("qualified_name") or {}).get("path", [name])
        if name not in FUNCTIONS:
            close = get_close_matches(name, FUNCTIONS, 1, 0.75)
            other = (
                f"; did you mean {close[0]}?" if close else "; use arithmetic, text and list functions of one packet."
            )
            self.refuse(node, f"The function {name} is not allowed in a filter", other)
        if len(path) != 1 or node.get("schema") or node.get("catalog"):
            self.refuse(node, f"Write the function as {name}(…), without anything in front of it")
        extras = node.get("distinct") or node.get("filter") or (node.get("order_bys") or {}).get("orders")
        if extras or node.get("export_state"):
            self.refuse(node, f"{name} may not carry DISTINCT, FILTER or ORDER BY")
        arguments = [argument["expression"] for argument in node["arguments"]]
        if name not in SEE_THROUGH:
            self.note_whole(arguments, scope)
        self.note_name(arguments[1:])
        self.parts(arguments, depth, scope)

    def note_name(self, nodes) -> None:
        """Field names also come as texts: struct_extract(p, 'magpsf')."""
        for node in nodes:
            if isinstance(node, dict) and node.get("class") == "CONSTANT":
                self.found.names.add(str((node.get("literal") or {}).get("text", "")).lower())

    def note_whole(self, nodes, scope) -> None:
        for node in nodes:
            if isinstance(node, dict) and node.get("class") == "COLUMN_REF":
                self.found.whole.add(tuple(node["column_names"]))


def _parameters(lhs: dict) -> Iterator[str]:
    nodes = [lhs] if lhs.get("class") == "COLUMN_REF" else [a["expression"] for a in lhs.get("arguments", [])]
    for node in nodes:
        if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
            yield node["column_names"][0].lower()


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
