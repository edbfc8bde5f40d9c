"""`manage.py create_token USERNAME --acl "Upload data" …`: the token is the last word printed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.groups import actions, queries
from skyportal.access.errors import Refusal
from skyportal.access.viewer import Viewer


class Command(BaseCommand):
    help = "Make an API token for a user. Its secret is printed once, as the last word, and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--acl", action="append", default=[], help="What it may do; once for each permission.")
        parser.add_argument("--all", action="store_true", help="All that its owner may do.")
        parser.add_argument("--name", default="", help="What the token is called on the owner's profile.")

    def handle(self, *args: Any, **options: Any) -> None:
        system = Viewer.system("an operator makes a token at the command line")
        person = queries.users(system).filter(username__iexact=options["username"]).first()
        if person is None:
            raise CommandError(f"Nobody is called {options['username']!r} here.")
        held = person.permissions()
        acls = held if options["all"] else set(options["acl"])
        if beyond := sorted(acls - held):
            raise CommandError(f"{person} does not hold {', '.join(beyond)}; grant it first, or leave it out.")
        name = options["name"] or f"command line, {timezone.now():%Y-%m-%d %H:%M:%S.%f}"
        try:
            _, secret = actions.create_token(person, name, acls, by=system)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"Token of {person} ({', '.join(sorted(acls)) or 'reads only'}), shown only now: {secret}")
