"""`/api/galaxy_catalog`: galaxies by name, place and figures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, number, text

from ..actions import galaxies as actions
from ..queries import galaxies as queries


class GalaxyCatalogBody(serializers.Serializer):
    """Galaxies as columns, for the documentation of the API; the action checks them."""

    catalog_name = serializers.CharField()
    catalog_data = serializers.DictField(help_text="Lists by column: name, ra, dec, redshift, distmpc …")


class GalaxyCatalog(Endpoint):
    """Galaxies of catalogues. Those within a sky map come with the events."""

    requires = {"POST": "System admin", "DELETE": "System admin"}
    params = {
        "GET": [
            *page_params(1000),
            Param("catalog_name", text, None, "Of this catalogue."),
            Param("catalogNamesOnly", flag, False, "Only which catalogues there are."),
            Param("galaxyName", text, None, "Part of the name."),
            Param("ra", number, help="degrees"),
            Param("dec", number, help="degrees"),
            Param("radius", number, help="degrees"),
            *(Param(f"{end}{what}", number) for what in ("Redshift", "Distance", "Mstar") for end in ("min", "max")),
            Param("sortBy", text, "name", f"One of {', '.join(queries.COLUMNS)}."),
            Param("sortOrder", text, "asc"),
            Param("includeGeoJSON", flag, False),
        ]
    }
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
        actions.add_galaxies(self.viewer, catalog_name or self.data.get("catalog_name"), self.data["catalog_data"])

    def delete(self, request: Any, catalog_name: str | None = None) -> None:
        if catalog_name is None:
            raise Invalid("Missing required parameter: catalog_name")
        actions.delete_catalog(self.viewer, catalog_name)


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
