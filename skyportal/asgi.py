"""HTTP and websockets in one application."""

import asyncio
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

# WhiteNoise hands out small files from synchronous iterators; Django says so for each of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")

import django
from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.urls import set_script_prefix

THREADS = 32
"""So many requests are answered at once; those beyond wait, as they would for a connection to the database."""

LOADED_FIRST = ("bokeh.plotting", "astropy.coordinates", "mocpy")
"""What a source page needs and commands do not: loaded before anybody is let in, so that the first who come after a
start wait for none of it (two to three seconds on two cores)."""


class OneThread(ASGIHandler):
    """Answers a request in one thread, from its first signal to its last, and keeps the threads.

    Left to itself, Django starts a thread for each request and goes there and back for each middleware and signal,
    twenty times a request; our views and most of the middleware are synchronous, so that would be waiting and
    nothing else: 2 ms of 12 for a small answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        in_thread = sync_to_async(self._answer, thread_sensitive=False, executor=self.threads)
        await in_thread(scope, body, send, asyncio.get_running_loop())

    def _answer(self, scope: Any, body: Any, send: Any, loop: asyncio.AbstractEventLoop) -> None:
        """What is to be done after an answer, as giving the database its connection back, is done when it has left."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else BaseHandler.get_response(self, request)
        response._handler_class = type(self)
        try:
            asyncio.run_coroutine_threadsafe(self.send_response(response, send), loop).result()
        finally:
            response.close()
            body.close()


django.setup(set_prefix=False)
http = OneThread()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import get_resolver

import skyportal.celery  # noqa: F401 - what requests record is queued where our workers look
from skyportal.collecting import settle
from skyportal.live.routing import websocket_urlpatterns

application = ProtocolTypeRouter(
    {"http": http, "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))}
)

for _name in LOADED_FIRST:
    import_module(_name)
_ = get_resolver().url_patterns  # and through them every view
settle()
