"""How a great many requests are made in one process: a door is met through all middleware, as the site has it, but
without what Django's test client does round each request (its own middleware chain, a copy of the context of every
template drawn). Each knock is undone."""

from __future__ import annotations

from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client, RequestFactory

from apps.groups import actions
from apps.groups.models import User


class Doors:
    """The site, for people who come with a token to the API and with a session to pages."""

    def __init__(self) -> None:
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.tokens: dict[str, dict[str, str]] = {"anonymous": {}}
        self.sessions: dict[str, dict[str, str]] = {"anonymous": {}}

    def admit(self, user: User) -> None:
        secret = actions.create_token(user, "knocking", user.permissions())[1]
        self.tokens[user.username] = {"Authorization": f"token {secret}"}
        client = Client()
        client.force_login(user)
        self.sessions[user.username] = {name: morsel.value for name, morsel in client.cookies.items()}

    def knock(self, name: str, verb: str, path: str, body: bytes | str = b"", kind: str = "application/json") -> int:
        """The status that this person gets. An exception that a view let through is a 500, as on the site."""
        api = path.startswith("/api/")
        factory = RequestFactory()
        factory.cookies.load({} if api else self.sessions[name])
        headers = self.tokens[name] if api else {}
        request = factory.generic(verb, path, body, content_type=kind, headers=headers)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as the test client says it
        with transaction.atomic():
            answer = self.handler.get_response(request)
            request_finished.disconnect(close_old_connections)  # which would end the test's transaction
            answer.close()
            request_finished.connect(close_old_connections)
            transaction.set_rollback(True)
        return answer.status_code
