"""Read a stream's alert packets from Kafka."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.candidates.actions import feeds
from apps.candidates.actions.consuming import Consumption
from apps.candidates.actions.intake import Report
from apps.candidates.actions.polling import Polling
from apps.candidates.alerts.resolvers import FolderResolver, RegistryResolver, Resolver
from apps.candidates.brokers.base import Listens, Polls
from apps.candidates.management.crew import Crew
from apps.candidates.queries.brokers import driver_of, feed_to_hear
from apps.candidates.queries.streams import stream_named
from skyportal.access.errors import NotVisible, Refusal
from skyportal.kafka import Line


class Command(BaseCommand):
    help = (
        "Let a stream's packets in as they come from Kafka. Topic, servers and consumer group come from the options, "
        "from the stream's altdata (topic, servers, group, registry, schemas, kafka), or from KAFKA_SERVERS. "
        "Several of these with one group share the work. Ends cleanly on SIGTERM and Ctrl-C."
    )
    requires_system_checks: list[str] = []  # they would load every page of the site

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stream", help="Name of the stream (default: each that has a topic, in a process of its own)."
        )
        parser.add_argument("--feed", type=int, help="Number of a feed: what is listened to of a connected broker.")
        parser.add_argument("--topic", help="Topic, or a pattern that begins with ^ (default: altdata's topic).")
        parser.add_argument("--servers", help="Bootstrap servers, host:port with commas.")
        parser.add_argument("--group", help="Consumer group (default: skyportal-<stream id>).")
        parser.add_argument("--registry", help="Address of a Confluent schema registry.")
        parser.add_argument("--schemas", help="Folder of Avro schemas, instead of a registry.")
        parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE", help="Further Kafka options.")
        parser.add_argument("--most", type=int, help="Stop after so many packets.")
        parser.add_argument("--idle", type=float, help="Stop when nothing came for so many seconds.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["feed"] is not None:
            self._of_feed(options)
            return
        if options["stream"] is None:
            Crew(self.stdout.write).run()
            return
        try:
            stream = stream_named(options["stream"])
        except NotVisible as refusal:
            raise CommandError(refusal.message) from None
        said = stream.altdata if isinstance(stream.altdata, dict) else {}
        chosen = {key: options[key] or said.get(key) for key in ("topic", "servers", "group", "registry", "schemas")}
        chosen["servers"] = chosen["servers"] or settings.KAFKA_SERVERS
        for name in ("topic", "servers"):
            if not chosen[name]:
                raise CommandError(f"No {name} is known for {stream.name}: give --{name}, or put it in its altdata.")
        extra = {**said.get("kafka", {}), **self._extra(options["config"])}
        self._run(self._consumption(stream, chosen, extra), chosen, options)

    def _of_feed(self, options: dict[str, Any]) -> None:
        feed = feed_to_hear(options["feed"])
        driver = driver_of(feed.broker)
        if feed.asks:
            self._ask(feed, driver, options)
            return
        if not isinstance(driver, Listens):
            raise CommandError(f"{feed.broker} sends nothing by Kafka.")
        try:
            extra = driver.kafka()
        except Refusal as refusal:
            feeds.failed(feed.pk, refusal.message)
            raise CommandError(refusal.message) from None
        chosen = {
            "topic": feed.topics, "servers": extra.pop("bootstrap.servers"), "group": driver.group(feed.pk),
            "registry": driver.setting("registry"), "schemas": None,
        }  # fmt: skip
        extra = {**extra, **self._extra(options["config"])}
        self._run(self._consumption(feed.stream, chosen, extra, feed_id=feed.pk, packet=driver.packet), chosen, options)

    def _ask(self, feed: Any, driver: Any, options: dict[str, Any]) -> None:
        if not isinstance(driver, Polls):
            raise CommandError(f"{feed.broker} cannot be asked what is new.")
        self._until_told(polling := Polling(feed, driver))
        self.stdout.write(f"Asking {feed.broker} for {feed.topics}, for {feed.stream.name}.")
        self._say(polling.run(most=options["most"], idle=options["idle"]))

    def _run(self, consumption: Consumption, chosen: dict[str, Any], options: dict[str, Any]) -> None:
        self._until_told(consumption)
        self.stdout.write(f"Listening to {chosen['topic']} at {chosen['servers']} for {consumption.stream.name}.")
        self._say(consumption.run(most=options["most"], idle=options["idle"]))

    def _until_told(self, work: Consumption | Polling) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: work.stop())

    def _say(self, report: Report) -> None:
        self.stdout.write(
            f"{report.read} packets: {report.new} new, {report.repeated} repeated, {report.refused} refused, "
            f"{report.admitted} candidates"
        )

    def _consumption(self, stream: Any, chosen: dict[str, Any], extra: dict[str, Any], **more: Any) -> Consumption:
        return Consumption(stream, self._line(stream, chosen, extra), resolver=self._resolver(chosen), **more)

    def _line(self, stream: Any, chosen: dict[str, Any], extra: dict[str, Any]) -> Line:
        options = {
            "auto.offset.reset": "earliest",
            "queued.max.messages.kbytes": 65_536,
            **extra,
            "bootstrap.servers": chosen["servers"],
            "group.id": chosen["group"] or f"skyportal-{stream.pk}",
        }
        topics = chosen["topic"] if isinstance(chosen["topic"], list) else str(chosen["topic"]).split(",")
        return Line.to(stream.name, options, [topic.strip() for topic in topics])

    def _resolver(self, chosen: dict[str, Any]) -> Resolver | None:
        if chosen["registry"]:
            return RegistryResolver(chosen["registry"])
        return FolderResolver(chosen["schemas"]) if chosen["schemas"] else None

    def _extra(self, pairs: list[str]) -> dict[str, str]:
        if wrong := [pair for pair in pairs if "=" not in pair]:
            raise CommandError(f"--config {wrong[0]}: write KEY=VALUE.")
        return dict(pair.split("=", 1) for pair in pairs)
