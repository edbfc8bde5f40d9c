"""HTTP and websockets in one application."""

import os
import warnings

# WhiteNoise hands out small files from synchronous iterators; Django says so for each of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponseBase


class OneThread(ASGIHandler):
    """Runs a request from its first middleware to its view in one thread.

    Left to itself, Django goes to the thread and back for each middleware, twenty times a request; our views and most
    of the middleware are synchronous, so that would be waiting and nothing else.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(BaseHandler.get_response, thread_sensitive=True)(self, request)


django.setup(set_prefix=False)
http = OneThread()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

import skyportal.celery  # noqa: F401 - what requests record is queued where our workers look
from skyportal.collecting import settle
from skyportal.live.routing import websocket_urlpatterns

application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))}
)

settle()
