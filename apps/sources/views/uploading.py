"""Uploading photometry by page: a file or a paste, read, reported on row by row, mended, written."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.api.params import number
from skyportal.astro.bandpasses import BANDPASSES, MAGNITUDE_SYSTEMS
from skyportal.astro.photometry_columns import FIELDS, guessed, guessed_band
from skyportal.astro.photometry_tables import TextTable, Unreadable, read_table
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import points as edits
from ..actions import upload_report, uploads
from ..actions.upload_report import ERROR, Finding
from ..actions.upload_table import NOTHING, Body, Reading, body
from ..queries import instruments, shown
from ..queries.objs import get_obj
from ..queries.photometry import upload_uuid
from .points import need_upload

MOST_BYTES = 20_000_000
MOST_SHOWN = 100
"""Rows to mend that are shown at once."""
FEW_ROWS = 5
"""Up to as many rows of which the same is said stand one by one; more are folded under what is said."""


EVERY = "*"
"""What is chosen where all names in a table are those of one source."""


class Several(Exception):
    """On the page of one source a table that names several: how many rows each has."""

    def __init__(self, table: TextTable, column: str, counts: Counter[str]) -> None:
        self.table, self.counts = table, counts
        named = ", ".join(f"{name or '(no name)'} ({rows:,})" for name, rows in counts.most_common(10))
        more = f" and {len(counts) - 10} more" if len(counts) > 10 else ""
        super().__init__(f"Its column {column} names {len(counts)} sources (rows): {named}{more}.")


@dataclass
class Draft:
    """What was sent, as far as it was understood: the table, how it is read, and what is to be said of its rows."""

    table: TextTable
    reading: Reading
    body: Body
    findings: list[Finding]

    @property
    def errors(self) -> int:
        return len({finding.row for finding in self.findings if finding.level == ERROR})

    @property
    def warnings(self) -> int:
        return len({finding.row for finding in self.findings if finding.level != ERROR})


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: ViewerRequest, name: str | None = None) -> HttpResponse:
    """The page, what it says of a table, and writing it."""
    need_upload(request)
    obj = get_obj(request.viewer, name) if name else None
    if request.method == "GET":
        return _answer(request, obj)
    try:
        table = _of_one(request, obj, _table(request))
        draft = _draft(request, obj, table)
    except Several as several:
        return _answer(request, obj, several=several)
    except (Unreadable, Refusal) as problem:
        return _answer(request, obj, problem=getattr(problem, "message", str(problem)))
    if request.POST.get("step") == "write" and not draft.errors:
        if not draft.warnings or request.POST.get("seen"):
            return _write(request, obj, draft)
        return _answer(request, obj, draft, problem="Look at the warnings, and say that you have seen them.")
    return _answer(request, obj, draft)


def _write(request: ViewerRequest, obj: Any, draft: Draft) -> HttpResponse:
    try:
        stored = uploads.add_photometry(request.viewer, draft.body.data)
    except Refusal as refusal:
        return _answer(request, obj, draft, problem=refusal.message)
    names = sorted(set(draft.body.data["obj_id"]))
    context = {
        "obj": obj,
        "count": len(stored.ids),
        "names": names[:50],
        "undo": reverse("photometry-upload-undo", args=[stored.upload_id]),
        "upload": stored.upload_uuid,
    }
    return render(request, _template(request, "written"), context)


def _template(request: ViewerRequest, part: str) -> str:
    return f"sources/_upload_{part}.html" if request.htmx else "sources/upload.html"


@login_required
@require_POST
def undo(request: ViewerRequest, upload_id: int) -> HttpResponse:
    """Take back an upload of one's own, whole."""
    need_upload(request)
    count = edits.delete_upload(request.viewer, upload_uuid(upload_id))
    message = f"{count} point{'s' * (count != 1)} deleted."
    if request.htmx:
        return with_toast(render(request, "sources/_upload_undone.html", {"count": count}), message)
    return redirect("sources")


# ---- reading what was sent


def _table(request: ViewerRequest) -> TextTable:
    """A new file or paste; else the table that went out with the last answer, with what was mended in it."""
    sent = request.FILES.get("file")
    if sent is not None:
        if (sent.size or 0) > MOST_BYTES:
            raise Invalid(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
        return read_table(sent.read())
    if pasted := request.POST.get("pasted", "").strip():
        return read_table(pasted.encode())
    kept = list(csv.reader(io.StringIO(request.POST.get("table", ""))))
    if len(kept) < 2:
        raise Invalid("Choose a file, or paste a table.")
    return _mended(request, TextTable(kept[0], kept[1:]))


def _mended(request: ViewerRequest, table: TextTable) -> TextTable:
    rows = [list(row) for row in table.rows]
    for key, value in request.POST.items():
        if key.startswith("cell-"):
            row, column = (int(part) if part.isdecimal() else -1 for part in key[5:].split("-", 1))
            if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
                rows[row][column] = str(value).strip()
    left_out = {row for rows in request.POST.getlist("leave") for row in rows.split(",")}
    kept = [row for n, row in enumerate(rows) if str(n) not in left_out]
    if not kept:
        raise Invalid("Every row is left out: there is nothing to write.")
    return TextTable(table.names, kept)


def _fields(request: ViewerRequest, table: TextTable) -> dict[str, str]:
    """What its columns are, as was said or as they seem."""
    if "field-0" in request.POST:
        return {name: request.POST.get(f"field-{n}", "") for n, name in enumerate(table.names)}
    return guessed(table)


def _of_one(request: ViewerRequest, obj: Any, table: TextTable) -> TextTable:
    """For the page of a source: the rows that are its own where a column names several; whose they are one says."""
    column = next((name for name, field in _fields(request, table).items() if field == "obj_id"), None)
    only = request.POST.get("only", "")
    if obj is None or column is None or only == EVERY:
        return table
    cells = table.column(column)
    counts = Counter(cells)
    if len(counts) < 2:
        return table
    if only not in counts:
        raise Several(table, column, counts)
    return TextTable(table.names, [row for row, cell in zip(table.rows, cells, strict=True) if cell == only])


def _draft(request: ViewerRequest, obj: Any, table: TextTable) -> Draft:
    reading = _reading(request, obj, table)
    made = body(table, reading)
    groups = [int(g) for g in request.POST.getlist("group_ids") if g.isdecimal()]
    if groups:
        made.data["group_ids"] = groups
    unread = [Finding(row, ERROR, "not a number", f"{column}: {why}") for row, column, why in made.problems]
    seen = {finding.row for finding in unread}
    found = upload_report.report(request.viewer, made.data)[1]
    findings = sorted([*unread, *(f for f in found if f.row not in seen)], key=lambda f: f.row)
    return Draft(table, reading, made, findings)


def _reading(request: ViewerRequest, obj: Any, table: TextTable) -> Reading:
    asked = request.POST
    fields = _fields(request, table)
    defaults: dict[str, Any] = {key: asked.get(key, "").strip() or None for key in ("filter", "origin")}
    defaults["zp"] = _number(asked.get("zp", ""), "Zero-point", "magnitudes")
    defaults["magsys"] = asked.get("magsys") if asked.get("magsys") in MAGNITUDE_SYSTEMS else "ab"
    instrument = asked.get("instrument_id", "")
    defaults["instrument_id"] = int(instrument) if instrument.isdecimal() else None
    exposure = _number(asked.get("exposure", ""), "Exposure time", "seconds")
    defaults["exposure"] = exposure if exposure and exposure > 0 else None
    defaults["extinction_corrected"] = bool(asked.get("extinction_corrected"))
    defaults["obj_id"] = obj.name if obj is not None else asked.get("obj_id", "").strip() or None
    if obj is not None:
        fields = {name: "" if field == "obj_id" else field for name, field in fields.items()}
    named = {label.lower(): pk for pk, label in instruments.names(request.viewer)}
    reading = Reading(fields, {}, named, defaults)
    if "field-0" not in asked and defaults["instrument_id"] is None:
        defaults["instrument_id"] = _only_instrument(request, table, reading)
    return Reading(fields, _bands(request, table, reading), named, defaults)


def _only_instrument(request: ViewerRequest, table: TextTable, reading: Reading) -> int | None:
    """The one instrument that has all the bands of a table which names none; a guess for the person to correct."""
    column = reading.column_of("filter")
    if column is None or reading.column_of("instrument") is not None:
        return None
    bands = {cell for cell in table.column(column) if cell in BANDPASSES}
    having = instruments.having(request.viewer, bands) if bands else []
    return having[0] if len(having) == 1 else None


def _number(text: str, what: str, unit: str) -> float | None:
    """What was typed for all rows, if anything was."""
    try:
        return number(text.strip()) if text.strip() else None
    except ValueError:
        raise Invalid(f"{what}: {text[:40]!r} is not a number of {unit}.") from None


def _bands(request: ViewerRequest, table: TextTable, reading: Reading) -> dict[tuple[int | None, str], str]:
    """What the table's own words for bands mean, by instrument: as chosen, else as the instrument has it."""
    column = reading.column_of("filter")
    if column is None:
        return {}
    asked = request.POST
    words = asked.getlist("band_word")
    of = asked.getlist("band_of") or [""] * len(words)  # "": of whichever instrument uses the word
    said = dict(zip(zip(of, words, strict=False), asked.getlist("band_is"), strict=False))
    used = zip(body(table, reading).data["instrument_id"], table.column(column), strict=True)
    pairs = sorted({(pk, word) for pk, word in used if word not in BANDPASSES and word.lower() not in NOTHING}, key=str)
    filters = instruments.filters_by_id(request.viewer, {pk for pk, _ in pairs if pk is not None})
    meant = {}
    for pk, word in pairs:
        has = filters.get(pk or 0, [])
        chosen = said.get((str(pk), word), said.get(("", word), ""))
        # what was said of one instrument is not held against another
        meant[pk, word] = (chosen if chosen in has or not has else "") or guessed_band(word, has) or chosen
    return meant


# ---- what is answered


def _answer(
    request: ViewerRequest, obj: Any, draft: Draft | None = None, *, problem: str = "", several: Several | None = None
) -> HttpResponse:
    viewer = request.viewer
    context = {"obj": obj, "problem": problem, "draft": draft, "address": request.path}
    context["only"] = EVERY if request.POST.get("only") == EVERY else ""
    if several is not None:
        context |= {"problem": str(several), "kept": _as_text(several.table)}
        context["several"] = sorted(several.counts.items())[:MOST_SHOWN]
    elif draft is not None:
        context |= _preview(draft) | {
            "instruments": instruments.named(viewer),
            "groups": [(pk, called) for pk, called in shown.my_groups(viewer) if pk != viewer.single_user_group_id],
            "band_owners": _band_owners(viewer, draft.reading),
            "chosen_groups": [int(g) for g in request.POST.getlist("group_ids") if g.isdecimal()],
            "systems": MAGNITUDE_SYSTEMS,
            "known_bands": sorted(BANDPASSES),
            "fields": FIELDS,
        }
    elif request.method == "POST":
        context["pasted"] = request.POST.get("pasted", "")
        context["kept"] = request.POST.get("table", "")
    return render(request, _template(request, "form"), context)


def _as_text(table: TextTable) -> str:
    """As it goes out with an answer and comes back."""
    text = io.StringIO()
    csv.writer(text).writerows([table.names, *table.rows])
    return text.getvalue()


def _band_owners(viewer: Any, reading: Reading) -> dict[int | None, str]:
    """Names of the instruments whose words for bands are asked about, where there are several."""
    owners = {pk for pk, _ in reading.bands}
    return {pk: name for pk, name in instruments.names(viewer) if pk in owners} if len(owners) > 1 else {}


def _preview(draft: Draft) -> dict[str, Any]:
    table, reading = draft.table, draft.reading
    by_row: dict[int, list[Finding]] = {}
    for finding in draft.findings:
        by_row.setdefault(finding.row, []).append(finding)
    there = [n for n, said in sorted(by_row.items()) if any(f.kind in ("duplicate", "repeated") for f in said)]
    others = sorted(by_row.keys() - set(there))
    alike = _alike(by_row, others)
    together = {row for _, rows in alike for row in rows}
    single = [row for row in others if row not in together]
    return {
        "kept": _as_text(table),
        "columns": [
            (n, name, reading.fields.get(name, ""), [row[n] for row in table.rows[:3]])
            for n, name in enumerate(table.names)
        ],
        "bands": [(word, meaning, pk) for (pk, word), meaning in reading.bands.items()],
        "has": set(reading.fields.values()),
        "lacking": _lacking(reading),
        "alike": [(found, len(rows), _told(draft, by_row, rows), ",".join(map(str, rows))) for found, rows in alike],
        "mending": _told(draft, by_row, single),
        "left_out": _told(draft, by_row, there, leave=True),
        "left_out_count": len(there),
        "left_out_unseen": ",".join(map(str, there[MOST_SHOWN:])),
        "more": max(len(single) - MOST_SHOWN, 0),
        "good": len(table.rows) - draft.errors,
    }


def _told(draft: Draft, by_row: dict[int, list[Finding]], rows: list[int], leave: bool = False) -> list[dict[str, Any]]:
    """Rows with what is said of them and their cells, as many as are shown at once."""
    names = draft.table.names
    used = [n for n, name in enumerate(names) if draft.reading.fields.get(name)]
    return [
        {
            "row": row,
            "said": by_row[row],
            "leave": leave,
            "cells": [(n, names[n], draft.table.rows[row][n]) for n in used],
        }
        for row in rows[:MOST_SHOWN]
    ]


def _alike(by_row: dict[int, list[Finding]], rows: list[int]) -> list[tuple[Finding, list[int]]]:
    """Of what is said in the same words, and nothing else, of more than a few rows: the finding, and the rows."""
    alike: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if len(by_row[row]) == 1:
            alike.setdefault((by_row[row][0].kind, by_row[row][0].message), []).append(row)
    return [(by_row[found[0]][0], found) for found in alike.values() if len(found) > FEW_ROWS]


def _lacking(reading: Reading) -> str:
    """What has to be said of the whole table before its rows can be looked at, one thing at a time."""
    read = set(reading.fields.values())
    if "obj_id" not in read and not reading.defaults.get("obj_id"):
        return "Name the source above, or say which column names it."
    if not {"mjd", "jd", "date"} & read:
        return "Say above which column is the time."
    if not {"mag", "flux", "limiting_mag"} & read:
        return "Say above which column is the magnitude or flux."
    if "instrument" not in read and reading.defaults.get("instrument_id") is None:
        return "Choose the instrument above."
    return ""
