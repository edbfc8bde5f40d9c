"""`/api/spatial_catalog`: named circles and ellipses in the sky."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, path_key, text

from ..actions import spatial as actions
from ..queries import spatial as queries

MOST = 1000


class SpatialCatalogBody(serializers.Serializer):
    catalog_name = serializers.CharField(max_length=200)
    catalog_data = serializers.DictField(help_text="Lists: name, ra, dec, and radius or amaj, amin, phi; degrees.")


class SpatialTextBody(serializers.Serializer):
    catalogName = serializers.CharField(max_length=200)
    catalogData = serializers.CharField(help_text="CSV with the same columns.")


class SpatialCatalogView(Endpoint):
    params = {"GET": [Param("catalog_name", text, None, "Of this name.")]}
    bodies = {"POST": SpatialCatalogBody}

    def get(self, request: Any, catalog_id: str | None = None) -> Any:
        """One catalogue with its entries, or all of them without."""
        if catalog_id is not None:
            return queries.whole(queries.get_catalog(self.viewer, path_key("catalog_id", catalog_id)))
        found = queries.catalogs(self.viewer)
        if self.query["catalog_name"]:
            found = found.filter(name=self.query["catalog_name"])
        return [queries.item(one) for one in found[:MOST]]

    def post(self, request: Any, catalog_id: str | None = None) -> dict[str, int]:
        said = self.body
        return {"id": actions.add_entries(self.viewer, said["catalog_name"], said["catalog_data"]).pk}

    def delete(self, request: Any, catalog_id: str | None = None) -> None:
        if catalog_id is None:
            raise Invalid("Missing required parameter: `catalog_id`.")
        actions.delete_catalog(self.viewer, queries.get_catalog(self.viewer, path_key("catalog_id", catalog_id)))


class SpatialTextView(Endpoint):
    requires = {"POST": "Upload data"}
    bodies = {"POST": SpatialTextBody}

    def post(self, request: Any) -> dict[str, int]:
        said = self.body
        return {"id": actions.add_text(self.viewer, said["catalogName"], said["catalogData"]).pk}
