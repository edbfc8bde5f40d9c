"""The committed table of who gets what where: tests/house/access_matrix.csv."""

from __future__ import annotations

import csv
from pathlib import Path

from .world import CAST

TABLE = Path(__file__).parent / "access_matrix.csv"
Row = dict[str, str]


def read() -> dict[tuple[str, str], Row]:
    """Rows by (route, verb); the other columns are the cast, each with the status they get."""
    with TABLE.open(newline="") as lines:
        return {(row["route"], row["verb"]): row for row in csv.DictReader(lines)}


def write(rows: dict[tuple[str, str], Row]) -> None:
    with TABLE.open("w", newline="") as lines:
        out = csv.DictWriter(lines, ["route", "verb", *CAST], lineterminator="\n")
        out.writeheader()
        out.writerows(rows[key] for key in sorted(rows))
