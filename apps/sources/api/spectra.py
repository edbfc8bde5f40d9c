"""`/api/spectra` and its old name `/api/spectrum`: spectra as arrays and as files."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, keys, moment, text, words
from skyportal.astro.spectra import arithmetic
from skyportal.astro.spectra.tables import Spectrum as Arrays

from ..actions import spectra as actions
from ..actions import spectrum_files as files
from ..queries import spectra as queries
from ..queries.came_from import LINKS
from ..queries.objs import get_obj
from ..queries.stacking import spectra_to_stack
from .bodies import StackBody, SynthphotBody


class SpectrumBody(serializers.Serializer):
    """A spectrum, for the documentation of the API; the action checks it."""

    obj_id = serializers.CharField()
    instrument_id = serializers.IntegerField()
    observed_at = serializers.CharField(help_text="Date and time, UTC unless it names a zone.")
    wavelengths = serializers.ListField(child=serializers.FloatField(), help_text="Angstroms.")
    fluxes = serializers.ListField(child=serializers.FloatField(allow_null=True))
    errors = serializers.ListField(child=serializers.FloatField(allow_null=True), required=False)  # type: ignore[assignment]
    units = serializers.CharField(required=False, help_text="Of the flux; missing reads as erg/s/cm2/AA.")
    type = serializers.CharField(required=False, help_text="source, host or host_center.")
    label = serializers.CharField(required=False)  # type: ignore[assignment]
    origin = serializers.CharField(required=False)
    group_ids = serializers.ListField(required=False, help_text='Ids, or "all"; the own group is always added.')
    pi = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="User ids.")
    reduced_by = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="User ids.")
    observed_by = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="User ids.")
    external_pi = serializers.CharField(required=False, help_text="People of elsewhere; needs a pi of here.")
    external_reducer = serializers.CharField(required=False)
    external_observer = serializers.CharField(required=False)
    followup_request_id = serializers.IntegerField(required=False)
    assignment_id = serializers.IntegerField(required=False)
    altdata = serializers.DictField(required=False)


class ParseBody(serializers.Serializer):
    """A spectrum's file, for the documentation of the API."""

    ascii = serializers.CharField(help_text="The content of a text file: ASCII, CSV or ECSV.")
    fits = serializers.CharField(required=False, help_text="A FITS file in base64, instead of ascii.")
    wave_column = serializers.IntegerField(
        required=False, help_text="Counted from 0; missing: 0, of FITS by its name. So with the others."
    )
    flux_column = serializers.IntegerField(required=False, help_text="Missing: 1.")
    fluxerr_column = serializers.IntegerField(required=False, help_text="Missing: no errors.")


class AsciiBody(ParseBody, SpectrumBody):
    """A spectrum's file with what it does not say, for the documentation of the API."""

    filename = serializers.CharField(required=False)
    wavelengths = fluxes = errors = altdata = units = origin = None  # type: ignore[assignment]


def ids(name: str) -> Any:
    """A parser of comma separated ids, with the words clients look for."""

    def parse(value: str) -> list[int]:
        try:
            return keys(value)
        except ValueError:
            raise Invalid(f"Could not parse all elements to integers: {name}={value[:60]!r}.") from None

    return parse


_LIST = {
    "objID": ("obj_name", text, "Part of a source's name."),
    "instrumentIDs": ("instrument_ids", ids("instrumentIDs"), "Any of these instruments."),
    "groupIDs": ("group_ids", ids("groupIDs"), "Shared with any of these groups."),
    "followupRequestIDs": ("followup_request_id", ids("followupRequestIDs"), "From any of these requests."),
    "assignmentIDs": ("assignment_id", ids("assignmentIDs"), "From any of these assignments."),
    "observedAfter": ("after", moment, ""),
    "observedBefore": ("before", moment, ""),
    "modifiedAfter": ("modified_after", moment, ""),
    "modifiedBefore": ("modified_before", moment, ""),
    "origin": ("origins", words, "Part of the origin; any of several by commas."),
    "label": ("labels", words, "Part of the label; any of several by commas."),
    "type": ("types", words, "source, host, host_center; any of several by commas."),
    "commentsFilter": ("comments", words, "With a comment containing any of these."),
    "commentsFilterAuthor": ("comment_authors", words, "With a comment by any of these."),
    "commentsFilterAfter": ("commented_after", moment, ""),
    "commentsFilterBefore": ("commented_before", moment, ""),
}
"""By public name: the field of `queries.Asked`, how it is read, and one line of help."""

_ORIGINAL = Param("includeOriginalFile", flag, False, "With the file each came in.")


class Spectra(Endpoint):
    """Spectra of sources."""

    requires = dict.fromkeys(("POST", "PUT", "DELETE"), "Upload data")
    bodies = {"POST": SpectrumBody, "PUT": SpectrumBody}
    params = {
        "GET": [
            _ORIGINAL,
            Param("minimalPayload", flag, False, "Without arrays, people, comments and annotations."),
            *(Param(name, parse, None, help) for name, (_, parse, help) in _LIST.items()),
        ]
    }

    def get(self, request: Any, spectrum_id: str | None = None) -> Any:
        """One spectrum, or those that fulfil all parameters, oldest first."""
        original = self.query["includeOriginalFile"]
        if spectrum_id is not None:
            return queries.row(self.viewer, queries.get_spectrum(self.viewer, spectrum_id), original=original)
        found = queries.found(self.viewer, self._asked())
        return queries.rows(self.viewer, found, minimal=self.query["minimalPayload"], original=original)

    def _asked(self) -> queries.Asked:
        given = {field: self.query[name] for name, (field, _, _) in _LIST.items()}
        linked = {name: given.pop(name) for name in LINKS}
        return queries.Asked(**given, linked={name: wanted for name, wanted in linked.items() if wanted})

    def post(self, request: Any, spectrum_id: str | None = None) -> dict[str, int]:
        """Upload a spectrum as arrays."""
        return {"id": actions.add_spectrum(self.viewer, self.data)}

    def put(self, request: Any, spectrum_id: str | None = None) -> None:
        """Change what the body names; groups are added to those there are."""
        actions.change_spectrum(self.viewer, _named(spectrum_id), self.data)

    def delete(self, request: Any, spectrum_id: str | None = None) -> None:
        """Delete a spectrum with what was said of it."""
        actions.delete_spectrum(self.viewer, _named(spectrum_id))


def _named(spectrum_id: str | None) -> str:
    if spectrum_id is None:
        raise Invalid("Missing required parameter: spectrum_id.")
    return spectrum_id


class SpectraAscii(Endpoint):
    """Spectra as files."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": AsciiBody}

    def post(self, request: Any, spectrum_id: str | None = None) -> dict[str, int]:
        """Upload a spectrum's file; its header becomes `altdata`, and the file is kept."""
        return {"id": files.add_file(self.viewer, self.data)}


class ParseAscii(Endpoint):
    """A look into a file."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": ParseBody}

    def post(self, request: Any) -> dict[str, Any]:
        """What would be kept of a spectrum's file; nothing is. A bad file is refused with the line and the reason."""
        return files.parsed(self.data)


class SpectraRange(Endpoint):
    """Spectra of some instruments between two times."""

    params = {"GET": [Param("instrument_ids", keys), Param("min_date", moment), Param("max_date", moment)]}

    def get(self, request: Any) -> list[dict[str, Any]]:
        asked = queries.Asked(
            instrument_ids=self.query["instrument_ids"], after=self.query["min_date"], before=self.query["max_date"]
        )
        return queries.rows(self.viewer, queries.found(self.viewer, asked))


class SpectraBulk(Endpoint):
    """Spectra of many sources, to stack."""

    bodies = {"POST": StackBody}

    def post(self, request: Any) -> dict[str, Any]:
        """Spectra of sources of a group or by name, with a classification or any."""
        return spectra_to_stack(self.viewer, self.data)


class Synthphot(Endpoint):
    """Photometry out of a spectrum."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": SynthphotBody}

    def post(self, request: Any, spectrum_id: str | None = None) -> dict[str, list[int]]:
        """Measure a spectrum through the bandpasses in `filters`, and keep the points beside the measured ones."""
        asked = spectrum_id if spectrum_id is not None else self.data.get("spectrum_id")
        return {"ids": files.add_synthetic_photometry(self.viewer, _named(asked), self.data.get("filters"))}


SORTABLE = ("observed_at", "created_at", "modified", "instrument_id", "type", "label", "origin", "id")


class ObjSpectra(Endpoint):
    """Spectra of one source."""

    params = {
        "GET": [
            _ORIGINAL,
            Param("sortBy", text, "observed_at", ", ".join(SORTABLE)),
            Param("sortOrder", text, "asc", "asc or desc"),
            Param("normalization", text, None, "median: each flux divided by its median."),
        ]
    }

    def get(self, request: Any, obj_id: str) -> dict[str, Any]:
        by, way, how = (self.query[name] for name in ("sortBy", "sortOrder", "normalization"))
        if by not in SORTABLE:
            raise Invalid(f"Invalid sortBy: {by[:40]!r}. Must be one of: {', '.join(SORTABLE)}.")
        if way not in ("asc", "desc"):
            raise Invalid("Invalid sortOrder: use asc or desc.")
        if how and how not in arithmetic.NORMALIZATIONS:
            allowed = ", ".join(arithmetic.NORMALIZATIONS)
            raise Invalid(f"Invalid normalization: {how[:40]!r}. Must be one of: {allowed}.")
        obj = get_obj(self.viewer, obj_id)
        spectra = queries.of_obj(self.viewer, obj).order_by(f"{'-' if way == 'desc' else ''}{by}", "pk")
        rows = queries.rows(self.viewer, spectra, original=self.query["includeOriginalFile"])
        for row in rows if how else ():
            scaled = arithmetic.normalized(Arrays(row["wavelengths"], row["fluxes"], row["errors"]), how)
            row |= {"fluxes": scaled.fluxes, "errors": scaled.errors}
        return {"obj_id": obj.name, "obj_internal_key": obj.internal_key, "spectra": rows}
