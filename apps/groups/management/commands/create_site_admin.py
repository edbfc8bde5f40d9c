"""`manage.py create_site_admin`: the first account of a site."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.groups import actions, queries


class Command(BaseCommand):
    help = (
        "Make an account that holds every permission. Name and password are asked for, or come from the options "
        "and from SITE_ADMIN_USERNAME and SITE_ADMIN_PASSWORD in the environment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default=os.environ.get("SITE_ADMIN_USERNAME", ""))
        parser.add_argument("--password", default=os.environ.get("SITE_ADMIN_PASSWORD", ""))
        parser.add_argument("--email", default=None, help="For messages and password resets.")
        parser.add_argument("--force", action="store_true", help="Even though the site has an administrator.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["force"] and queries.any_system_admin():
            raise CommandError("This site has an administrator already; --force makes another.")
        username = options["username"] or self._ask("User name: ")
        password = options["password"] or self._ask_password()
        try:
            validate_password(password)
            person = actions.create_user(
                username, password=password, roles=["Super admin"], contact_email=options["email"]
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        self.stdout.write(f"{person.username} administers this site now.")

    def _ask(self, question: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError("Give --username and --password: nobody is here to be asked.")
        return input(question).strip()

    def _ask_password(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError("Give --password or SITE_ADMIN_PASSWORD: nobody is here to be asked.")
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("The two passwords differ; nothing was made.")
        return password
