"""The two languages in which most catalogues are asked: TAP (ADQL) and VizieR's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from skyportal.outside import Unreachable, fetch

from .base import MOST_MATCHES, Ask, Catalog

MOST_BYTES = 2 * 2**20


def asked(catalog: Catalog, params: Mapping[str, Any]) -> str:
    """The answer of a catalogue's service, as text."""
    body = fetch(catalog.service, params=params, seconds=30, most_bytes=MOST_BYTES)
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Unreachable(f"{catalog.label} gave an answer that cannot be read.") from None


def table(catalog: Catalog, text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a table whose first line names the columns, all of which we asked for must be there."""
    try:
        rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="")
        names = {name.strip().strip('"') for name in rows.fieldnames or []}
        if missing := {*catalog.columns, *catalog.position} - names:
            raise Unreachable(f"{catalog.label} gave an answer without {min(missing)}.")
        return [{str(k).strip(): v for k, v in row.items() if isinstance(v, str)} for row in rows]
    except csv.Error:
        raise Unreachable(f"{catalog.label} gave an answer that cannot be read.") from None


def query(adql: str) -> dict[str, str]:
    """What a TAP service is sent; https://www.ivoa.net/documents/TAP/"""
    return {"REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "csv", "QUERY": adql}


class Tap(Catalog):
    """A table of a TAP service, asked by ADQL."""

    def adql(self, ask: Ask) -> str:
        ra, dec = self.position
        names = ", ".join(dict.fromkeys((*self.columns, ra, dec)))
        return (
            f"SELECT TOP {MOST_MATCHES} {names} FROM {self.source(ask)} "  # noqa: S608 - a release from our own list
            f"WHERE 1 = CONTAINS(POINT('ICRS', {ra}, {dec}), "
            f"CIRCLE('ICRS', {ask.ra:.7f}, {ask.dec:.7f}, {ask.radius / 3600:.8f})){self.more(ask)}"
        )

    def more(self, ask: Ask) -> str:
        return ""

    def rows(self, ask: Ask) -> Iterable[Mapping[str, str]]:
        return table(self, asked(self, query(self.adql(ask))))


class VizieR(Catalog):
    """A catalogue that VizieR holds; https://vizier.cds.unistra.fr/doc/asu-summary.htx"""

    address = "https://vizier.cds.unistra.fr/viz-bin/asu-tsv"
    position = ("_RAJ2000", "_DEJ2000")

    def rows(self, ask: Ask) -> Iterable[Mapping[str, str]]:
        params = {
            "-source": self.source(ask),
            "-c": f"{ask.ra:.7f} {ask.dec:+.7f}",
            "-c.eq": "J2000",
            "-c.rs": f"{ask.radius:g}",
            "-out.max": MOST_MATCHES,
            "-out": ",".join((*self.position, *self.columns)),
        }
        text = asked(self, params)
        if not text.startswith("#"):  # an answer always begins with what was asked
            raise Unreachable(f"{self.label} gave an answer that cannot be read.")
        if "#INFO\tQUERY_STATUS=ERROR" in text or "****" in text:
            raise Unreachable(f"{self.label} could not answer.")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        if not lines:
            return []
        # names, units, dashes, then rows
        return table(self, "\n".join([lines[0], *lines[3:]]), delimiter="\t")
