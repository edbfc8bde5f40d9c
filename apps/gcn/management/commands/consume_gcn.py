"""Listen to GCN."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.gcn.actions.listening import Listening
from apps.gcn.brokers import gcn_kafka
from skyportal.access.errors import Refusal


class Command(BaseCommand):
    help = (
        "Take in notices, gravitational-wave alerts and circulars as they come from GCN's Kafka service. Credentials "
        "come from GCN_CLIENT_ID and GCN_CLIENT_SECRET, topics from GCN_TOPICS. Ends cleanly on SIGTERM and Ctrl-C."
    )
    requires_system_checks: list[str] = []  # they would load every page of the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, help="Stop after so many messages.")
        parser.add_argument("--idle", type=float, help="Stop when nothing came for so many seconds.")

    def handle(self, *args: Any, **options: Any) -> None:
        tokens = gcn_kafka.tokens()
        try:
            chosen = gcn_kafka.options(tokens)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        listening = Listening(lambda: gcn_kafka.connect(chosen), tokens)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: listening.stop())
        self.stdout.write(f"Listening to GCN at {chosen['bootstrap.servers']} as {chosen['group.id']}.")
        self.stdout.flush()
        found = listening.run(most=options["most"], idle=options["idle"])
        self.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in found.most_common()) or "Nothing came.")
