"""Doors of photometry."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework.response import Response

from skyportal.access.errors import Invalid
from skyportal.api import envelope
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import BIG, Param, flag, keys, moment, path_key, words
from skyportal.astro import dust
from skyportal.astro.bandpasses import BANDPASSES

from ..actions import copying, upload_report, uploads
from ..actions import points as edits
from ..queries import annotations as said
from ..queries import objs, series, validations
from ..queries import photometry as queries
from . import bodies
from . import points as written

_FORMAT = [
    Param("format", default="mag", help="mag, flux, both or plot."),
    Param("magsys", default="ab", help="Magnitude system."),
]


def _point_id(text: str | None) -> int:
    return path_key("photometry_id", text, BIG)


class PhotometryEndpoint(Endpoint):
    """Points of photometry."""

    requires = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "Upload data")
    bodies = {"POST": bodies.PhotometryBody, "PUT": bodies.PhotometryBody, "PATCH": bodies.PointBody}
    params = {
        "GET": _FORMAT,
        "POST": [
            Param("refresh", flag, False),
            Param("dry_run", flag, False, "Write nothing; answer what would be refused or looks odd, row by row."),
        ],
        "PUT": [
            Param("refresh", flag, False),
            Param("duplicate_ignore_flux", flag, False, "Points are the same whatever their flux (system admins)."),
            Param("overwrite_flux", flag, False, "With duplicate_ignore_flux: keep the newer flux."),
        ],
        "PATCH": [Param("refresh", flag, False)],
    }

    def get(self, request: Any, photometry_id: str | None = None) -> Any:
        """One point."""
        found = queries.point(self.viewer, _point_id(photometry_id))
        row = written.rows(found, self.query["format"], self.query["magsys"])[0]
        return row | {"annotations": said.by_point(self.viewer, [row["id"]]).get(row["id"], [])}

    def post(self, request: Any, photometry_id: str | None = None) -> Any:
        """Upload points; scalars are repeated to the length of the lists."""
        if self.query["dry_run"]:
            count, findings = upload_report.report(self.viewer, self.data)
            errors = sum(finding.level == upload_report.ERROR for finding in findings)
            return {
                "dry_run": True,
                "rows": count,
                "errors": errors,
                "warnings": len(findings) - errors,
                "findings": [asdict(finding) for finding in findings],
            }
        stored = uploads.add_photometry(self.viewer, self.data)
        return {"ids": stored.ids, "upload_id": str(stored.upload_uuid)}

    def put(self, request: Any, photometry_id: str | None = None) -> Any:
        """Upload points of which some may exist already: those are shared more widely."""
        stored = uploads.put_photometry(
            self.viewer,
            self.data,
            ignore_flux=self.query["duplicate_ignore_flux"],
            overwrite_flux=self.query["overwrite_flux"],
        )
        return {"ids": stored.ids, "upload_id": str(stored.upload_uuid) if stored.upload_uuid else None}

    def patch(self, request: Any, photometry_id: str | None = None) -> None:
        """Change one point."""
        edits.change_point(self.viewer, _point_id(photometry_id), self.data)

    def delete(self, request: Any, photometry_id: str | None = None) -> None:
        """Delete one point."""
        edits.delete_point(self.viewer, _point_id(photometry_id))


class PhotometryRangeEndpoint(Endpoint):
    """Points of some instruments between two times."""

    params = {
        "GET": [*_FORMAT, Param("instrument_ids", keys), Param("min_date", moment), Param("max_date", moment)],
    }

    def get(self, request: Any) -> Any:
        """The range comes in the JSON body, or in the query."""
        wanted = {name: self.query[name] for name in ("instrument_ids", "min_date", "max_date")}
        for name, parse in (("instrument_ids", keys), ("min_date", moment), ("max_date", moment)):
            value = self.data.get(name)
            if value is not None:
                try:
                    wanted[name] = parse(",".join(map(str, value)) if isinstance(value, list) else str(value))
                except ValueError as problem:
                    raise Invalid(f"Invalid value for {name}: {problem}") from None
        found = queries.points_in_range(self.viewer, *wanted.values())
        return written.rows(found, self.query["format"], self.query["magsys"])


class BulkDeleteEndpoint(Endpoint):
    """All points of one upload."""

    requires = {"DELETE": "Delete bulk photometry"}

    def delete(self, request: Any, upload_id: str) -> str:
        try:
            number = UUID(upload_id)
        except ValueError:
            raise Invalid(f"Invalid upload_id: {upload_id[:60]}") from None
        return f"Deleted {edits.delete_upload(self.viewer, number)} photometry points."


class CopyPhotometryEndpoint(Endpoint):
    """Photometry of a duplicate."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": bodies.CopyBody}

    def post(self, request: Any, target_id: str) -> None:
        """Copy all points of origin_id to this source, shared with group_ids."""
        copying.copy_photometry(self.viewer, target_id, self.data)


class OriginsEndpoint(Endpoint):
    """Retired, as in the public API."""

    def get(self, request: Any) -> Response:
        return envelope.error("This endpoint is retired: read the origin of each point from its photometry.")


class ObjPhotometryEndpoint(Endpoint):
    """The light curve of one obj."""

    requires = {"DELETE": "Delete bulk photometry"}
    params = {
        "GET": [
            *_FORMAT,
            Param("individualOrSeries", default="both", help="individual, series or both."),
            Param("phaseFoldData", flag, False, "Add the phase, by the period of the newest annotation that has one."),
            Param("includeOwnerInfo", flag, False),
            Param("includeStreamInfo", flag, False),
            Param("includeValidationInfo", flag, False),
            Param("includeAnnotationInfo", flag, False),
            Param(
                "includeExtinction", flag, False, "Add the Galaxy's extinction, and mag_corr and flux_corr without it."
            ),
            Param("includeSuperObjsPhotometry", flag, False, "Add the points of objs linked with it as the same."),
            Param("deduplicatePhotometry", flag, False, "Each measurement once, though several uploads brought it."),
        ]
    }

    def get(self, request: Any, obj_id: str) -> Any:
        """All points that the viewer may read, in order of time."""
        query = self.query
        obj = self._obj(obj_id)
        if query["individualOrSeries"] not in ("individual", "series", "both"):
            raise Invalid("individualOrSeries must be one of: individual, series, both.")
        rows = self._rows(obj)
        if query["includeValidationInfo"]:
            verdicts = validations.of_points(row["id"] for row in rows if row["id"])
            for row in rows:
                row["validations"] = verdicts.get(row["id"], [])
        if query["includeAnnotationInfo"]:
            annotated = said.by_point(self.viewer, [row["id"] for row in rows if row["id"]])
            for row in rows:
                row["annotations"] = annotated.get(row["id"], [])
        if query["includeExtinction"]:
            written.add_extinction(rows, None if obj.ra is None else dust.ebv(obj.ra, obj.dec))
        if query["phaseFoldData"]:
            period = queries.period_of(self.viewer, obj)
            for row in rows:
                row["phase"] = row["mjd"] % period / period
        return rows

    def _rows(self, obj: Any) -> list[dict[str, Any]]:
        """Single points, then those of the series."""
        query, which = self.query, self.query["individualOrSeries"]
        more = {"owner": query["includeOwnerInfo"], "stream": query["includeStreamInfo"]}
        parts = []
        if which != "series":
            linked = query["includeSuperObjsPhotometry"]
            found = queries.points_of(self.viewer, obj, owners=more["owner"], streams=more["stream"], linked=linked)
            parts.append(written.deduplicated(found) if query["deduplicatePhotometry"] else found)
        if which != "individual":
            parts += series.points_of(self.viewer, obj)
        return [row for part in parts for row in written.rows(part, query["format"], query["magsys"], **more)]

    def delete(self, request: Any, obj_id: str) -> str:
        """Delete all points that are the viewer's to delete."""
        obj = self._obj(obj_id)
        return f"Deleted {edits.delete_all_of(self.viewer, obj)} photometry points."

    def _obj(self, obj_id: str) -> Any:
        words = f"Insufficient permissions for User {self.viewer.user_id} to read Obj {obj_id}"
        return objs.get_obj(self.viewer, obj_id, message=words, status=403)


class WavelengthsEndpoint(Endpoint):
    """Where in the spectrum bandpasses lie."""

    params = {"GET": [Param("filters", words, help="Names of bandpasses, with commas.")]}

    def get(self, request: Any) -> dict[str, list[float]]:
        """Nominal wavelengths in Å, in the order of `filters`."""
        if not self.query["filters"]:
            raise Invalid("Missing required parameter: filters")
        if unknown := [name for name in self.query["filters"] if name not in BANDPASSES]:
            raise Invalid(f"Unknown filter: {unknown[0][:60]}")
        return {"wavelengths": [10 * BANDPASSES[name].wavelength for name in self.query["filters"]]}
