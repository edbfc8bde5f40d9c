"""XML from anybody: no document types, no entities, no depth or size without end."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .base import UnreadableNotice

LARGEST = 8 * 2**20  # bytes; the longest VOEvents have some 20 kB
DEEPEST = 60
MOST = 50_000  # elements and attributes


class _Builder:
    """Expat's events made a tree, within bounds. Nothing that expat would fetch or expand gets past the first line."""

    def __init__(self) -> None:
        self.tree, self.depth, self.count = TreeBuilder(), 0, 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.tree.data
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype
        self.parser.ExternalEntityRefHandler = self.doctype

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1 + len(attributes)
        if self.depth > DEEPEST:
            raise UnreadableNotice(f"The XML is nested deeper than {DEEPEST} elements.")
        if self.count > MOST:
            raise UnreadableNotice(f"The XML has more than {MOST} elements and attributes.")
        self.tree.start(_named(tag), {_named(name): said for name, said in attributes.items()})

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.tree.end(_named(tag))

    def doctype(self, *told: Any) -> int:
        raise UnreadableNotice("The XML declares a document type or entities; notices have none, so it is refused.")


def _named(name: str) -> str:
    return "{" + name if "}" in name else name


def tree(raw: bytes) -> Element:
    """The root element; namespaces as ``{namespace}name``."""
    if len(raw) > LARGEST:
        raise UnreadableNotice(f"The XML has {len(raw):,} bytes; notices have at most {LARGEST:,}.")
    builder = _Builder()
    try:
        builder.parser.Parse(raw, True)
    except expat.ExpatError as problem:
        raise UnreadableNotice(f"This is not well-formed XML: {problem}.") from None
    except (LookupError, ValueError) as problem:  # an encoding that does not exist
        if isinstance(problem, UnreadableNotice):
            raise
        raise UnreadableNotice(f"The XML cannot be decoded: {problem}.") from None
    return builder.tree.close()
