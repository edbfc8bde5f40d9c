"""What the middleware puts on every request, for the annotations of views."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from skyportal.access.viewer import Viewer


class ViewerRequest(HttpRequest):
    """A request as it reaches a view: with who looks, and whether htmx asks."""

    viewer: Viewer
    htmx: HtmxDetails
