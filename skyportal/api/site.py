"""The API's rows about the site itself: configuration, enumerations, deployment, documentation, unknown paths."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny

from skyportal.access.errors import Invalid
from skyportal.access.viewer import SYSTEM_ADMIN
from skyportal.astro.bandpasses import BANDPASSES, MAGNITUDE_SYSTEMS

from . import deployment, enumerations
from .endpoint import Endpoint
from .envelope import VERSION


class Config(Endpoint):
    def get(self, request: Any) -> Any:
        """What clients should know of this site's configuration."""
        return {
            "slackPreamble": "https://hooks.slack.com/",
            "invitationsEnabled": False,
            "cosmology": "Planck18",
            "cosmoref": "Planck Collaboration 2020, A&A, 641, A6 (Planck 2018), Table 2",
            "allowedSpectrumTypes": enumerations.SPECTRUM_TYPES,
            "defaultSpectrumType": enumerations.SPECTRUM_TYPES[0],
            "bandpassesColors": {name: band.colour for name, band in BANDPASSES.items()},
            "siteUrl": settings.SITE_URL,
            "version": VERSION,
        }


class EnumTypes(Endpoint):
    def get(self, request: Any) -> Any:
        """The words accepted in fields that take one of a few."""
        return {
            "ALLOWED_SPECTRUM_TYPES": enumerations.SPECTRUM_TYPES,
            "ALLOWED_MAGSYSTEMS": MAGNITUDE_SYSTEMS,
            "ALLOWED_BANDPASSES": list(BANDPASSES),
            "THUMBNAIL_TYPES": enumerations.THUMBNAIL_TYPES,
            "FOLLOWUP_PRIORITIES": enumerations.FOLLOWUP_PRIORITIES,
            "ALLOWED_API_CLASSNAMES": enumerations.FACILITY_CLASSES,
            "ANALYSIS_TYPES": enumerations.ANALYSIS_TYPES,
            "ANALYSIS_INPUT_TYPES": enumerations.ANALYSIS_INPUT_TYPES,
            "AUTHENTICATION_TYPES": enumerations.AUTHENTICATION_TYPES,
        }


class SysInfo(Endpoint):
    """Open to everybody, as the public API has it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Any) -> Any:
        """Which commits run here."""
        return {"gitlog": deployment.git_log()}


class DatabaseInfo(Endpoint):
    def get(self, request: Any) -> Any:
        """Whether anything was saved yet, and which PostgreSQL this is."""
        return {**deployment.database(), "version": VERSION}


class DatabaseStats(Endpoint):
    requires = {"GET": SYSTEM_ADMIN}

    def get(self, request: Any) -> Any:
        """Sizes of the tables, and what the journal has still to deliver."""
        return deployment.counts()


class OpenApi(SpectacularJSONAPIView):
    """The OpenAPI document."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Docs(SpectacularSwaggerView):
    """The OpenAPI document to read and try, from files of our own."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    url_name = "openapi"


class Unknown(Endpoint):
    """Whatever no other door answers."""

    schema = None

    def get(self, request: Any, **path: Any) -> Any:
        raise Invalid("Invalid API endpoint")
