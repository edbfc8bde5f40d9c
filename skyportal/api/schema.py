"""The OpenAPI document, from the parameters, bodies and permissions that the doors declare."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from .params import KINDS, Param


class CompatibleSchema(AutoSchema):
    """Reads `Endpoint.params`, `.bodies` and `.requires`; answers are described by the envelope."""

    method_mapping = {m: m for m in ("get", "post", "put", "patch", "delete", "head", "options")}

    def get_operation_id(self) -> str:
        slug = re.sub(r"[^A-Za-z0-9]+", "_", self.path.removeprefix("/api/")).strip("_")
        return f"{self.method.lower()}_{slug}"

    def get_tags(self) -> list[str]:
        return [self.view.__class__.__module__.split(".")[1]]

    def get_description(self) -> str:  # type: ignore[override]  # spectacular's own signature, not DRF's
        verb = getattr(self.view, self.method.lower(), None)
        said = (getattr(verb, "__doc__", "") or self.view.__class__.__doc__ or "").strip()
        acl = getattr(self.view, "requires", {}).get(self.method)
        return f"{said}\n\nNeeds the permission `{acl}`." if acl else said

    def _get_parameters(self) -> list[dict[str, Any]]:
        declared = [self._shown(param) for param in getattr(self.view, "params", {}).get(self.method, [])]
        return self._path_parameters() + declared

    def _path_parameters(self) -> list[dict[str, Any]]:
        names = re.findall(r"{(\w+)}", self.path)
        return [{"in": "path", "name": n, "required": True, "schema": {"type": "string"}} for n in names]

    def _shown(self, param: Param) -> dict[str, Any]:
        schema = dict(KINDS.get(param.parse, {"type": "string"}))
        extra = schema.pop("description", "")
        if isinstance(param.default, str | int | float | bool):
            schema["default"] = param.default
        description = f"{param.help} ({extra})" if extra and param.help else param.help or extra
        return {"in": "query", "name": param.name, "schema": schema, "description": description}

    def map_parsers(self) -> list[str]:
        """Whatever a client calls it, it is read as JSON."""
        return ["application/json"]

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "bodies", {}).get(self.method)

    def get_response_serializers(self) -> Any:
        return None

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        def answer(example: str) -> dict[str, Any]:
            properties = {"status": {"type": "string", "enum": [example]}, "data": {}, "version": {"type": "string"}}
            if example == "error":
                properties["message"] = {"type": "string"}
            return {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}

        return {
            "200": {"description": "Done", **answer("success")},
            "400": {"description": "Refused; the message says why", **answer("error")},
        }


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "apps.groups.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`token <your token>`"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "apps.groups.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
