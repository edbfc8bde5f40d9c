"""`/api/galaxy_catalog`: galaxies by name, place and figures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, number, text

from ..actions import galaxies as actions
from ..actions import galaxy_loads
from ..queries import galaxies as queries
from ..slots import galaxy_narrowers


class GalaxyCatalogBody(serializers.Serializer):
    """Galaxies as columns, for the documentation of the API; the action checks them."""

    catalog_name = serializers.CharField()
    catalog_data = serializers.DictField(help_text="Lists by column: name, ra, dec, redshift, distmpc …")
    catalog_description = serializers.CharField(required=False)
    catalog_url = serializers.CharField(required=False)


class GalaxyFileBody(serializers.Serializer):
    """A file of galaxies as text."""

    catalogName = serializers.CharField()
    catalogData = serializers.CharField(help_text="CSV with the columns name, ra, dec, and any that are known.")
    catalogDescription = serializers.CharField(required=False)
    catalogURL = serializers.CharField(required=False)


class PublishedFileBody(serializers.Serializer):
    """Where a published catalogue lies."""

    file_name = serializers.CharField(required=False, help_text="In the site's folder of catalogues.")
    file_url = serializers.CharField(required=False, help_text="Where to fetch it: FITS, HDF5 or CSV.")


def _declared() -> list[Param]:
    """Our own parameters, and those that upper floors brought until the doors are built."""
    return [
        *page_params(1000),
        Param("catalog_name", text, None, "Of this catalogue."),
        Param("catalogNamesOnly", flag, False, "Only which catalogues there are."),
        Param("galaxyName", text, None, "Part of the name."),
        Param("ra", number, help="degrees"),
        Param("dec", number, help="degrees"),
        Param("radius", number, help="degrees"),
        *(Param(f"{end}{what}", number) for what in ("Redshift", "Distance", "Mstar") for end in ("min", "max")),
        *(param for _, one in galaxy_narrowers.items() for param in one.params),
        Param("sortBy", text, "name", f"One of {', '.join(queries.COLUMNS)}."),
        Param("sortOrder", text, "asc"),
        Param("includeGeoJSON", flag, False),
    ]


class GalaxyCatalog(Endpoint):
    """Galaxies of catalogues."""

    requires = {"POST": "System admin", "DELETE": "System admin"}
    params = {"GET": _declared()}
    bodies = {"POST": GalaxyCatalogBody}

    def get(self, request: Any, catalog_name: str | None = None) -> Any:
        query = self.query
        if query["catalogNamesOnly"]:
            return queries.catalog_names(self.viewer)
        page = Page.of(query, most=10_000)
        rows, total = queries.page_of(
            self.viewer, {**query, "catalog_name": catalog_name or query["catalog_name"]}, page.start, page.stop
        )
        answer = {
            "galaxies": rows, "totalMatches": total, "pageNumber": page.number, "numPerPage": page.size,
            "sortBy": query["sortBy"], "sortOrder": query["sortOrder"],
        }  # fmt: skip
        if query["includeGeoJSON"]:
            answer["geojson"] = _geojson(rows)
        return answer

    def post(self, request: Any, catalog_name: str | None = None) -> None:
        """Add galaxies, or replace what was said of them before."""
        if not self.data.get("catalog_data"):
            raise Invalid("Missing required parameter: catalog_data")
        actions.add_galaxies(
            self.viewer, catalog_name or self.data.get("catalog_name"), self.data["catalog_data"],
            description=self.data.get("catalog_description"), url=self.data.get("catalog_url"),
        )  # fmt: skip

    def delete(self, request: Any, catalog_name: str | None = None) -> None:
        if catalog_name is None:
            raise Invalid("Missing required parameter: catalog_name")
        actions.delete_catalog(self.viewer, catalog_name)


class GalaxyCatalogText(Endpoint):
    requires = {"POST": "Upload data"}
    bodies = {"POST": GalaxyFileBody}

    def post(self, request: Any) -> None:
        """Add galaxies from CSV; columns are known by the names that published catalogues give them."""
        said = self.body
        galaxy_loads.take_text(
            self.viewer, said["catalogName"], said["catalogData"],
            description=said.get("catalogDescription"), url=said.get("catalogURL"),
        )  # fmt: skip


class _PublishedCatalog(Endpoint):
    requires = {"POST": "System admin"}
    bodies = {"POST": PublishedFileBody}
    catalog_name = ""
    described_at = ""

    def post(self, request: Any) -> None:
        """Have a worker read in the published file; its page of galaxies shows how far it is."""
        said = self.body
        if not said.get("file_name") and not said.get("file_url"):
            raise Invalid("Missing required parameter: file_name or file_url")
        galaxy_loads.ask(
            self.viewer, self.catalog_name, file_name=said.get("file_name", ""), address=said.get("file_url", ""),
            url=self.described_at,
        )  # fmt: skip


class NedCatalog(_PublishedCatalog):
    catalog_name, described_at = "NED-LVS", "https://ned.ipac.caltech.edu/NED::LVS/"


class RegaladeCatalog(_PublishedCatalog):
    catalog_name, described_at = "REGALADE", "https://github.com/htranin/regalade"


def _geojson(rows: list[dict[str, Any]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["ra"], row["dec"]]},
            "properties": {"name": row["name"]},
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}
