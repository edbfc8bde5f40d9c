"""Scan reports as files: a table, and a text to paste into a message."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpResponse

COLUMNS = (
    "id", "ra", "dec", "redshift", "tns_name", "current_mag", "current_filter", "peak_mag", "detections", "age_days",
    "filters", "saved", "why", "classifications", "comment",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(rows: list[dict[str, Any]], name: str) -> HttpResponse:
    """CSV. What people typed begins with no sign that a spreadsheet would carry out."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(_facts(row)[column]) for column in COLUMNS])
    return _file(text.getvalue(), "text/csv", f"{name}.csv")


def text(title: str, scanners: list[dict[str, Any]], rows: list[dict[str, Any]], name: str) -> HttpResponse:
    """Plain text: who scanned, then an object a paragraph."""
    lines = [title, "=" * len(title), ""]
    for one in scanners:
        lines.append(
            f"{one['name']}: looked at {one['seen']}, saved {one.get('saved', 0)}, rejected {one.get('rejected', 0)}"
        )
    lines += [""] if scanners else []
    for row in rows:
        facts = _facts(row)
        head = [facts["id"], f"({facts['tns_name']})" if facts["tns_name"] else "", f"{facts['ra']} {facts['dec']}"]
        lines.append(" ".join(part for part in head if part))
        lines += [f"  {label}: {facts[column]}" for label, column in _LINES if facts[column] not in (None, "")]
        lines.append("")
    return _file("\n".join(lines).rstrip() + "\n", "text/plain; charset=utf-8", f"{name}.txt")


_LINES = (
    ("Saved", "saved"), ("Why", "why"), ("Filters", "filters"), ("Magnitude", "magnitude"), ("Age", "age"),
    ("Redshift", "redshift"), ("Classified", "classifications"), ("Said", "said"), ("Comment", "comment"),
)  # fmt: skip


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    obj, mag, age = row["obj"], row["current_mag"], row["current_age"]
    return {
        "id": row["name"],
        "ra": None if obj["ra"] is None else f"{obj['ra']:.6f}",
        "dec": None if obj["dec"] is None else f"{obj['dec']:+.6f}",
        "redshift": obj["redshift"],
        "tns_name": obj["tns_name"],
        "current_mag": None if mag is None else round(mag, 3),
        "current_filter": row["current_filter"],
        "peak_mag": None if row["peak_mag"] is None else round(row["peak_mag"], 3),
        "detections": row["detections"],
        "age_days": None if age is None else round(age, 2),
        "filters": ", ".join(row["filters"]),
        "saved": "; ".join(
            f"{save['group']} by {save['saved_by'] or 'nobody'} at {save['saved_at']:%Y-%m-%d %H:%M} UTC"
            for save in row["saved"]
        ),
        "why": "; ".join(row["why"]),
        "classifications": ", ".join(said["classification"] for said in obj["classifications"]),
        "comment": row["item"].comment,
        "said": " | ".join(said["text"] for said in obj["comments"][-5:]),
        "magnitude": None if mag is None else f"{mag:.2f} in {row['current_filter']}, {row['detections']} detections",
        "age": None if age is None else f"{age:.1f} days since the first detection",
    }


def _cell(value: Any) -> Any:
    is_sign = isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value)
    return f"'{value}" if is_sign else value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _file(content: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
