"""The base of every door of the API: a class with a method for each verb it answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from skyportal.access.errors import Invalid, Unpermitted
from skyportal.access.viewer import Viewer

from .envelope import success
from .params import Param, Query


class Endpoint(APIView):
    """Verbs return plain data; the envelope is put around it here.

    ``requires``: the ACL a verb needs. ``params``: the query parameters of a verb, read as ``self.query["name"]``.
    ``bodies``: the serializer of a verb's body, read validated as ``self.body``; None of a verb that reads none. Where
    an action checks the body, the serializer tells the documentation what it may hold.
    """

    requires: ClassVar[dict[str, str]] = {}
    params: ClassVar[dict[str, list[Param]]] = {}
    bodies: ClassVar[Mapping[str, type[serializers.Serializer] | None]] = {}

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        for name, value in kwargs.items():
            if "\x00" in str(value):
                raise Invalid(f"Invalid {name}: contains a NUL character.")
        acl = self.requires.get(request.method)
        if acl and not self.viewer.may(acl):
            raise Unpermitted(
                f"HTTP 401: Unauthorized. This needs the permission {acl!r}; ask an administrator for it."
            )

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer  # type: ignore[attr-defined]

    @cached_property
    def query(self) -> Query:
        return Query.parse(self.request.query_params, self.params.get(self.request.method or "", []))

    @property
    def data(self) -> Any:
        """The body as it came: a dict for nearly every verb, a list for a few."""
        return self.request.data

    @cached_property
    def body(self) -> dict[str, Any]:
        serializer_class = self.bodies[self.request.method or ""]
        assert serializer_class is not None, "the verb says that it reads no body"
        return read_body(serializer_class, self.request.data)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file stays one
        if not isinstance(response, HttpResponseBase):
            response = Response(success(response))
        return super().finalize_response(request, response, *args, **kwargs)


def read_body(serializer_class: type[serializers.Serializer], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Validated data, or one sentence naming each field that is wrong; a partial body may leave fields out."""
    serializer = serializer_class(data=data, partial=partial)
    if serializer.is_valid():
        return dict(serializer.validated_data)
    raise Invalid("Invalid/missing parameters: " + "; ".join(_complaints(serializer.errors)))


def _complaints(errors: Any, path: str = "") -> list[str]:
    if isinstance(errors, dict):
        return [
            line for name, inner in errors.items() for line in _complaints(inner, f"{path}.{name}" if path else name)
        ]
    if errors and isinstance(errors[0], dict):
        return [line for n, inner in enumerate(errors) for line in _complaints(inner, f"{path}.{n}")]
    return [f"{path}: {' '.join(_phrase(problem) for problem in errors)}"]


def _phrase(problem: Any) -> str:
    """The words clients look for where DRF has others."""
    return {"required": "Field required"}.get(getattr(problem, "code", ""), str(problem))
