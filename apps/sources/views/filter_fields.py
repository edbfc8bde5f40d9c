"""The parameters of a list as fields of a form and as chips; those of upper floors come by themselves."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from skyportal.api.params import Param, falling_with, flag, integer, moment, number

FIRST = {"sourceID", "group_ids", "classifications", "minRedshift", "maxRedshift", "savedAfter"}
"""Shown in the bar itself."""
_NOT_FILTERS = {"sort", "page", "columns", "format"}
_LABELS = {
    "sourceID": "Name",
    "rejectedSourceIDs": "Not these",
    "group_ids": "Group",
    "classifications": "Class",
    "nonclassifications": "Not class",
    "classifications_simul": "All these classes",
    "TNSname": "TNS name",
    "hasTNSname": "Has a TNS name",
    "hasNoTNSname": "No TNS name",
    "minRedshift": "z from",
    "maxRedshift": "z to",
    "ra": "RA (deg)",
    "dec": "Dec (deg)",
    "radius": "Radius (deg)",
    "startDate": "First detected after",
    "endDate": "Last detected before",
    "numberDetections": "Detections, at least",
    "minPeakMagnitude": "Brightest, from mag",
    "maxPeakMagnitude": "Brightest, to mag",
    "minLatestMagnitude": "Latest, from mag",
    "maxLatestMagnitude": "Latest, to mag",
    "annotationsFilter": "Annotation",
    "annotationsFilterOrigin": "Annotation origin",
    "annotationsFilterAfter": "Annotated after",
    "annotationsFilterBefore": "Annotated before",
    "commentsFilter": "Comment says",
    "commentsFilterAuthor": "Comment by",
    "commentsFilterAfter": "Commented after",
    "commentsFilterBefore": "Commented before",
    "savedByCurrentUser": "Saved by me",
    "currentUserLabeller": "Labelled by me",
    "listName": "On my list",
    "listTags": "My tags",
    "alias": "Other name",
    "simbadClass": "SIMBAD class",
    "createdOrModifiedAfter": "Changed after",
    "pendingOnly": "Only what was asked to be saved",
    "includeRequested": "Also what was asked to be saved",
    "hasBeenLabelled": "Labelled",
    "hasNotBeenLabelled": "Not labelled",
    "requireDetections": "Count only detections",
    "excludeForcedPhotometry": "Without forced photometry",
    "hasSpectrum": "Has a spectrum",
    "hasSpectrumAfter": "Spectrum after",
    "hasSpectrumBefore": "Spectrum before",
    "hasNoSpectrum": "Has no spectrum",
    "hasFollowupRequest": "Has a follow-up request",
    "followupRequestStatus": "Status of the request",
    "spatialCatalogName": "In a spatial catalogue",
    "spatialCatalogEntryName": "In its entry",
}
_SECTIONS = {
    "Name and place": "rejectedSourceIDs alias origin TNSname hasTNSname hasNoTNSname simbadClass ra dec radius "
    "createdOrModifiedAfter",
    "Saved": "savedBefore savedByCurrentUser pendingOnly includeRequested",
    "Class, tags, lists": "classifications_simul nonclassifications classified unclassified hasBeenLabelled "
    "hasNotBeenLabelled currentUserLabeller tags listName listTags",
    "Photometry": "startDate endDate numberDetections requireDetections excludeForcedPhotometry minPeakMagnitude "
    "maxPeakMagnitude minLatestMagnitude maxLatestMagnitude",
    "Spectra": "hasSpectrum hasSpectrumAfter hasSpectrumBefore hasNoSpectrum",
    "Annotations and comments": "annotationsFilter annotationsFilterOrigin annotationsFilterAfter "
    "annotationsFilterBefore commentsFilter commentsFilterAuthor commentsFilterAfter commentsFilterBefore",
}
_SECTION_OF = {name: section for section, names in _SECTIONS.items() for name in names.split()}
_ELSE = "Follow-up, events, catalogues"
"""Of what upper floors hang here."""
_ORDER = [*_SECTIONS, _ELSE]
_WRITTEN = {
    "annotationsFilter": "key:value:gt",
    "nonclassifications": "taxonomy: class",
    "localizationDateobs": "2026-11-28T17:04:12",
    "localizationCumprob": "0.95",
    "listName": "favorites, watchlist …",
    "tags": "by commas",
    "listTags": "by commas",
    "rejectedSourceIDs": "by commas",
    "annotationsFilterOrigin": "by commas",
}
"""How it is written, in the field itself."""


def label(name: str) -> str:
    """Words for a parameter: ours, or its own name taken apart."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower()
    return _LABELS.get(name) or apart[:1].upper() + apart[1:]


def fields(given: QueryDict, params: list[Param]) -> list[dict[str, Any]]:
    """The parameters beyond those of the bar, each once, by sections and there in the order in which they were hung."""
    found = {}
    for param in params:
        if param.name in FIRST:
            continue
        found[param.name] = {
            "name": param.name,
            "label": param.label or label(param.name),
            "help": param.help,
            "value": given.get(param.name, ""),
            "is_flag": param.parse is flag,
            "is_on": param.default is True,
            "section": _SECTION_OF.get(param.name, _ELSE),
            "written": _WRITTEN.get(param.name, ""),
            "type": "date" if _wants_date(param, given.get(param.name, "")) else "text",
            "inputmode": "decimal" if param.parse in (number, integer) else "text",
            "suggested": param.suggested,
        }
    return sorted(found.values(), key=lambda field: _ORDER.index(field["section"]))


def _wants_date(param: Param, text: str) -> bool:
    """Whether a browser's date field is for it and can show it; one of those suggested is typed or chosen."""
    if param.parse is not moment or param.suggested:
        return False
    return not text or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text))


def chips(given: QueryDict, group_names: dict[str, str], params: list[Param]) -> list[dict[str, Any]]:
    """What the list is narrowed by; taking one away takes away what makes no sense without it."""
    found: list[dict[str, Any]] = []
    said = {param.name: param.label for param in params}
    for name, value in given.items():
        if value and name not in _NOT_FILTERS:
            text = str(value)
            shown = group_names.get(text, text) if name == "group_ids" else text
            also = falling_with(name, params)
            found.append(
                {"name": said.get(name) or label(name), "key": name, "value": text, "label": shown, "also": also}
            )
    return found
