"""Target lists in the forms that telescopes read.

References
----------
Keck: https://www2.keck.hawaii.edu/observing/starlist.html (name in columns 1-15, coordinates from 17 on, offsets in
arcsec). Palomar: name of at most 18 characters, fields two blanks apart, comments after ``!``. Lick: the columns of
Keck after a first line that declares them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from . import sky


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: degrees (ICRS, equinox 2000), and of a star the way from it to the target in arcsec east and north."""

    name: str
    ra: float
    dec: float
    mag: float | None = None
    east: float | None = None
    north: float | None = None
    note: str = ""


SHANE_HEADER = "!Data {name %16} ra_h ra_m ra_s dec_d dec_m dec_s equinox keyval {comment *}"


def _clean(name: str, most: int, blank: str = "_") -> str:
    """A name that no reader of columns stumbles over."""
    kept = "".join(c if c.isascii() and c.isprintable() and c not in "#!{}=" else "_" for c in name)
    return "_".join(kept.split())[:most] if blank == "_" else " ".join(kept.split())[:most]


def _columns(entry: Entry) -> tuple[str, str]:
    ra, dec = sky.sexagesimal(entry.ra, entry.dec)
    return ra.replace(":", " "), dec.replace(":", " ")


def _way(entry: Entry) -> str:
    """The offset in words."""
    if entry.east is None or entry.north is None:
        return ""
    side, up = "EW"[entry.east < 0], "NS"[entry.north < 0]
    return f'{abs(entry.east):.2f}" {side}, {abs(entry.north):.2f}" {up} to target'


def _comment(entry: Entry) -> str:
    words = [entry.note, _way(entry)]
    return "; ".join(" ".join(word.split()) for word in words if word)


def _keck(entry: Entry) -> str:
    ra, dec = _columns(entry)
    fields = [f"{_clean(entry.name, 15):<16}{ra} {dec} 2000.0"]
    if entry.east is not None and entry.north is not None:
        fields.append(f"raoffset={entry.east:.2f} decoffset={entry.north:.2f}")
    if entry.mag is not None:
        fields.append(f"rmag={entry.mag:.1f}")
    if comment := _comment(entry):
        fields.append(f"# {comment}")
    return " ".join(fields)


def _palomar(entry: Entry) -> str:
    ra, dec = _columns(entry)
    fields = [_clean(entry.name, 18), ra, dec, "2000.0"]
    comment = "; ".join(filter(None, [f"r={entry.mag:.1f}" if entry.mag is not None else "", _comment(entry)]))
    return "  ".join([*fields, f"! {comment}"] if comment else fields)


def _shane(entries: list[Entry]) -> list[str]:
    return [SHANE_HEADER, *(_keck(entry).replace(" # ", "  # ") for entry in entries)]


def _csv(entries: list[Entry]) -> list[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "ra", "dec", "equinox", "mag", "east_to_target", "north_to_target", "comment"])
    for entry in entries:
        ra, dec = sky.sexagesimal(entry.ra, entry.dec)
        way = ["" if value is None else f"{value:.2f}" for value in (entry.east, entry.north)]
        mag = "" if entry.mag is None else f"{entry.mag:.2f}"
        writer.writerow([_clean(entry.name, 40), ra, dec, "2000.0", mag, *way, entry.note])
    return text.getvalue().splitlines()


FORMATS: dict[str, Callable[[list[Entry]], list[str]]] = {
    "Keck": lambda entries: [_keck(entry) for entry in entries],
    "P200": lambda entries: [_palomar(entry) for entry in entries],
    "P200-NGPS": _csv,
    "Shane": _shane,
    "CSV": _csv,
}


def lines(facility: str, entries: list[Entry]) -> list[str]:
    """One line for each entry, and before them whatever the form declares.

    Examples
    --------
    >>> lines("Keck", [Entry("ZTF21abiuvdk", 0.814285, 16.145687)])
    ['ZTF21abiuvdk    00 03 15.428 +16 08 44.47 2000.0']
    """
    return FORMATS[facility](entries)
