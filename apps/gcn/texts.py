"""The text of a summary: the parts of a GCN circular, with tables whose columns stand under each other.

Plain ASCII-friendly text of at most `WIDTH` columns; nothing here knows the database.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log10
from typing import Any

WIDTH = 100
PROSE = 80


@dataclass(frozen=True)
class Author:
    first_name: str
    last_name: str
    affiliation: str
    email: str

    @property
    def short(self) -> str:
        """I. Name (Affiliation)"""
        initials = " ".join(f"{part[0]}." for part in self.first_name.replace("-", " ").split() if part)
        name = f"{initials} {self.last_name}".strip()
        return f"{name} ({self.affiliation})" if self.affiliation else name


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, how a value is written, and whether it stands at the right."""

    header: str
    key: str
    form: str = ""
    right: bool = True

    def cell(self, row: dict[str, Any]) -> str:
        value = row.get(self.key)
        if value is None or value == "":
            return "-"
        return format(value, self.form) if self.form else str(value)


def table(columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> str:
    """Aligned, with a rule below the header; texts that would make it too wide are cut.

    Examples
    --------
    >>> print(table([Column("Name", "n", right=False), Column("mag", "m", ".1f")], [{"n": "a", "m": 9.25}]))
    Name | mag
    -----+----
    a    | 9.2
    """
    cells = [[column.header for column in columns], *([column.cell(row) for column in columns] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    over = sum(widths) + 3 * (len(widths) - 1) - WIDTH
    if over > 0:
        widest = max((n for n, column in enumerate(columns) if not column.right), key=lambda n: widths[n], default=0)
        widths[widest] = max(4, widths[widest] - over)
    lines = [
        " | ".join(
            cell[:width].rjust(width) if column.right else cell[:width].ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


SOURCES = (
    Column("Name", "id", right=False), Column("TNS", "tns_name", right=False), Column("RA (deg)", "ra", ".5f"),
    Column("Dec (deg)", "dec", "+.5f"), Column("z", "redshift", ".4f"),
    Column("Class", "classification", right=False),
)  # fmt: skip
POINTS = (
    Column("MJD", "mjd", ".4f"), Column("mag", "mag", ".2f"), Column("err", "magerr", ".2f"),
    Column("limit", "limit", ".2f"), Column("Filter", "filter", right=False),
    Column("Instrument", "instrument", right=False),
)  # fmt: skip
GALAXIES = (
    Column("Galaxy", "name", right=False), Column("RA (deg)", "ra", ".5f"), Column("Dec (deg)", "dec", "+.5f"),
    Column("D (Mpc)", "distance", ".1f"), Column("log M*", "log_mass", ".2f"), Column("P (%)", "percent", ".2f"),
)  # fmt: skip


def written(
    data: dict[str, Any], asked: dict[str, Any], title: str, authors: Sequence[Author], group: str, now: datetime
) -> str:
    """The whole text; with ``no_text`` only its tables."""
    parts = [*_sources(data, prose=not asked["no_text"]), *_galaxies(data, prose=not asked["no_text"])]
    for section in data.get("sections", ()):
        columns = [Column(name, name, right=False) for name in section["columns"]]
        parts.append(f"{section['title']}\n\n{table(columns, section['rows'])}")
    if not asked["no_text"]:
        parts = [_head(asked, title, authors, now), _authors(authors, group), _opening(data), *parts]
        if asked["acknowledgements"]:
            parts.append(_filled(asked["acknowledgements"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _filled(words: str) -> str:
    return "\n\n".join(textwrap.fill(paragraph, PROSE) for paragraph in words.split("\n\n"))


def _head(asked: dict[str, Any], title: str, authors: Sequence[Author], now: datetime) -> str:
    first = authors[0]
    sender = first.short.partition(" (")[0] + (f" at {first.affiliation}" if first.affiliation else "")
    number = [] if asked["number"] is None else [f"NUMBER:  {asked['number']}"]
    lines = [
        f"TITLE:   {title}", *number, f"SUBJECT: {asked['subject']}", f"DATE:    {now:%y/%m/%d %H:%M:%S} GMT",
        f"FROM:    {sender}" + (f" <{first.email}>" if first.email else ""),
    ]  # fmt: skip
    return "\n".join(" ".join(line.splitlines()) for line in lines)


def _authors(authors: Sequence[Author], group: str) -> str:
    names = [author.short for author in authors]
    together = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{_filled(together)}\non behalf of the {group}, report:"


def _opening(data: dict[str, Any]) -> str:
    event, (start, end) = data["event"], data["window"]
    words = f"We searched for counterparts of {event['name']} ({event['dateobs']} UTC)"
    if where := event.get("localization"):
        words += f" in the {data['level']:.0%} region of the sky map {where['name']}, whose 90% area is "
        words += f"{where['area_90']:.1f} square degrees"
        if where["distance"] is not None:
            words += f" and whose distance is {where['distance']:.0f} +/- {where['distance_error']:.0f} Mpc"
    return _filled(f"{words}. The search covers {start[:16].replace('T', ' ')} to {end[:16].replace('T', ' ')} UTC.")


def _sources(data: dict[str, Any], *, prose: bool) -> list[str]:
    if "sources" not in data:
        return []
    rows = data["sources"]
    if not rows:
        return ["No source was found that fulfils these conditions."] if prose else []
    count = "one source" if len(rows) == 1 else f"{len(rows)} sources"
    parts = [f"Found {count}:\n\n{table(SOURCES, rows)}"]
    parts += [f"Photometry of {row['id']}:\n\n{table(POINTS, row['photometry'])}" for row in rows if row["photometry"]]
    if prose and any(row["photometry"] for row in rows):
        parts.append(_filled("Magnitudes are in the AB system and not corrected for the Galaxy's extinction."))
    return parts


def _galaxies(data: dict[str, Any], *, prose: bool) -> list[str]:
    found = data.get("galaxies")
    if not found or not found["rows"]:
        return ["No galaxy of a catalogue lies in the region."] if found and prose else []
    rows = [
        {
            **row, "log_mass": log10(row["mass"]) if (row["mass"] or 0) > 0 else None,
            "percent": None if row["share"] is None else 100 * row["share"],
        }
        for row in found["rows"]
    ]  # fmt: skip
    head = (
        f"The {len(rows)} most probable of {found['total']} galaxies of {found['catalog']}, by volume and stellar mass:"
    )
    return [f"{head}\n\n{table(GALAXIES, rows)}"]


def subject_and_body(text: str) -> tuple[str, str]:
    """What the form for circulars asks for: without the head, which it makes itself.

    Examples
    --------
    >>> subject_and_body("TITLE:   T\\nSUBJECT: About it\\n\\nWe saw it.")
    ('About it', 'We saw it.')
    """
    head, blank, body = text.partition("\n\n")
    if not blank or not head.startswith("TITLE:"):
        return "", text
    subject = next((line[8:].strip() for line in head.splitlines() if line.startswith("SUBJECT:")), "")
    return subject, body
