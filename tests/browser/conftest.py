"""A real Chromium on the real application, websockets included."""

from __future__ import annotations

import itertools
import json
import logging
import os
import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from apps.groups import actions
from apps.groups.models import Group, Stream, User
from tests.factories import GroupFactory, join, make_user

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
_numbers = itertools.count(1)
PATIENCE = 30_000  # ms: how fast things are is asked in bench/, here only whether they come at all
LEFT = ("htmx:sendAbort", "htmx:afterRequest,")
"""What htmx says of a request whose page was left, which is no fault; one that failed says `htmx:sendError` too."""
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="No Chromium on this machine; name one in CHROMIUM."))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of a flush after each test there is one after all of them: see `site`."""


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of the application, served by uvicorn in a thread on the test database.

    One for all tests of this folder: each makes people and objects of its own, and all goes at the end.
    """
    journal = logging.getLogger("skyportal.journal.recording")
    with django_db_blocker.unblock():
        call_migrations_again()
        with served() as address:
            # what a test does in its own thread cannot be told to open pages: Playwright keeps an event loop there
            journal.disabled = True
            yield address
        call_command("flush", interactive=False, verbosity=0)
        call_migrations_again()
        connections.close_all()
    journal.disabled = False


@contextmanager
def served() -> Iterator[str]:
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config("skyportal.asgi:application", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def call_migrations_again() -> None:
    """A flush empties all tables; a site always has its permissions, roles and sitewide group."""
    from importlib import import_module

    from django.apps import apps

    if not Group.objects.filter(sitewide=True).exists():
        import_module("apps.groups.migrations.0002_permissions_and_sitewide_group").fill(apps, None)


def a_page(
    context: BrowserContext, site: str, problems: list[str], user: User | None = None, theme: str = "light"
) -> Page:
    """A page in which this person has signed in, and that writes down every error of its console."""
    context.add_cookies([{"name": "sky_theme", "value": theme, "url": site}])
    if user:
        context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": site}])
    found = context.new_page()
    found.set_default_timeout(PATIENCE)
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on(
        "console", lambda said: said.type == "error" and not said.text.startswith(LEFT) and problems.append(said.text)
    )
    return found


@pytest.fixture
def browse(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """A page of a browser in which this person has signed in; it fails the test on any error of its console."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def page(
        user: User | None, *, width: int = 1280, height: int = 900, theme: str = "light", touch: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": height}, reduced_motion="reduce", has_touch=touch
        )
        contexts.append(context)
        return a_page(context, site, problems, user, theme)

    page.problems = problems  # type: ignore[attr-defined]
    yield page
    for context in contexts:
        context.close()
    assert not problems, problems


@pytest.fixture
def people(site: str) -> Callable[..., tuple[Group, list[User]]]:
    """A group of its own for a test, with this many members; the first is its admin."""

    def make(count: int = 1, *, streams: list[Stream] | None = None) -> tuple[Group, list[User]]:
        number = next(_numbers)
        group = GroupFactory(name=f"Transients {number}", streams=streams or [])
        found = [make_user(f"person{number}_{n}") for n in range(count)]
        for n, user in enumerate(found):
            join(user, group, admin=n == 0)
        return group, found

    return make


class ApiOverHttp:
    """The API as scripts meet it. What happens in the server's thread reaches open pages; what a test does in its
    own thread cannot, because Playwright keeps an event loop there."""

    def __init__(self, site: str, secret: str) -> None:
        self.site, self.secret = site, secret

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.site}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.secret}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def get(self, path: str) -> tuple[int, Any]:
        return self("GET", path)

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        return self("POST", path, body)


@pytest.fixture
def api_of(site: str) -> Callable[[User], ApiOverHttp]:
    """The API as this person, over HTTP."""
    return lambda user: ApiOverHttp(site, actions.create_token(user, "browser test", user.permissions())[1])


def session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "apps.groups.authentication.Passwords"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


expect.set_options(timeout=PATIENCE)
