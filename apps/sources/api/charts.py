"""`/api/sources/{id}/color_mag`."""

from __future__ import annotations

from typing import Any

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param

from ..queries import colours, objs

_KEYS = {
    "apparentMagKey": "apparent",
    "parallaxKey": "parallax",
    "absorptionKey": "absorption",
    "absoluteMagKey": "absolute",
    "blueMagKey": "blue",
    "redMagKey": "red",
    "colorKey": "colour",
}


class ColorMagEndpoint(Endpoint):
    """Where a source lies in the Hertzsprung–Russell diagram."""

    params = {
        "GET": [
            Param("catalog", default="gaia", help="Annotations whose origin contains this."),
            *(Param(name, help=f"What the annotation calls it, instead of Gaia's usual names ({ours}).")
              for name, ours in _KEYS.items()),
        ]
    }  # fmt: skip

    def get(self, request: Any, obj_id: str) -> list[dict[str, Any]]:
        given = {ours: (self.query[name],) for name, ours in _KEYS.items() if self.query[name]}
        keys = colours.Keys(catalog=self.query["catalog"], **given)
        return colours.colours(self.viewer, objs.get_obj(self.viewer, obj_id).pk, keys)
