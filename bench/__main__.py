"""`make bench`: fill a database once, then time every page and endpoint and the ingestion of alerts.

The instance lives in `var/bench` (or DATA), apart from the one `make run` uses, and stays for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("PORT", 8970))


def main() -> None:
    asked = arguments()
    os.environ.setdefault("DATA", str(ROOT / "var" / "bench"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skyportal.settings.dev")
    from skyportal import embedded

    embedded.ensure()
    import django

    django.setup()
    import skyportal.celery  # noqa: F401 - what is recorded is queued where our workers look

    tokens = fill(asked)
    rich, searches = enriched(tokens)
    if asked.sources:
        from .widening import widen

        widen(asked.sources)
    events(asked.skymap)
    from .neighbours import played

    with played(list(rich.values())) as services, Server(services) as server:
        results = time_requests(server, tokens, asked, list(rich), searches)
        print(f"\nsource detail, 8 clients at once: {eight_clients(server, tokens):.0f} requests/s")
        print(f"web process: {server.memory():.0f} MB")
    if size := tokens.get("million_points"):
        print(f"a million points of photometry on disk, as loaded: {float(size) / 1e6:.0f} MB with their indexes")
    if not asked.no_ingest:
        from .ingesting import ingest

        ingest(asked.packets)
    save(results)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="Volume, 1 = that of the published comparison.")
    parser.add_argument("--sources", type=int, default=0, help="Fill up to so many; they stay.")
    parser.add_argument("--folder", type=Path, help="Load this data set instead of making one.")
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--only", default="", help="Time only requests whose name contains this; several by |.")
    parser.add_argument("--packets", type=int, default=10_000, help="Alerts to ingest.")
    parser.add_argument("--skymap", type=Path, help="A real map of GW190425 in place of one of our own.")
    parser.add_argument("--no-ingest", action="store_true")
    return parser.parse_args()


def fill(asked: argparse.Namespace) -> dict[str, str]:
    """Tokens of the two accounts, after loading the data set where the instance is empty."""
    from django.core.management import call_command

    from apps.sources.queries.objs import any_objs

    from . import generating, loading

    kept = Path(os.environ["DATA"]) / "bench.json"
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)  # without them no page can be written
    if kept.exists() and any_objs():
        return json.loads(kept.read_text())
    folder = asked.folder
    if folder is None:
        folder = Path(os.environ["DATA"]) / "bench_data"
        print(f"writing a data set at scale {asked.scale:g}")
        generating.write(folder, generating.Size.at(asked.scale))
    tokens = loading.load(folder) | {"meta": str(folder / "meta.json")}
    tokens["million_points"] = str(million_points())
    kept.write_text(json.dumps(tokens))
    kept.chmod(0o600)
    return tokens


def enriched(tokens: dict[str, str]) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """Places of the sources that have everything, and their period searches."""
    from apps.sources.models import Obj, PeriodSearch

    from .enriching import enrich

    names = enrich(json.loads(Path(tokens["meta"]).read_text()))
    places = {obj.name: (obj.ra or 0.0, obj.dec or 0.0) for obj in Obj.objects.filter(name__in=names)}
    found = PeriodSearch.objects.filter(obj__name__in=names, state=PeriodSearch.State.DONE, owner__username="bench")
    return places, dict(found.order_by("pk").values_list("obj__name", "pk"))


def events(skymap: Path | None) -> None:
    """An event with a map as large as GW190425's and 300 active maps; what is timed of them without a request."""
    from . import event_cases

    print("sky map:", ", ".join(f"{name} {value:.3g}" for name, value in event_cases.prepare(skymap).items()))
    print(f"a notice with its map until all of it can be asked: {event_cases.ingested(skymap):.2f} s")
    for name, took in event_cases.measured().items():
        print(f"300 active maps, {name}: {took:.2f} ms")


class Server:
    """The web process as `make run` starts it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __enter__(self) -> Server:
        from skyportal.embedded.children import ENVIRONMENT

        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "skyportal.asgi:application",
            "--port",
            str(PORT),
            "--log-level",
            "warning",
        ]
        self.process = subprocess.Popen(
            [*command, "--no-access-log"], cwd=ROOT, env=os.environ | ENVIRONMENT | self.environment
        )
        self.wait()
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def wait(self) -> None:
        import socket

        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit("The web process did not start.")

    def memory(self) -> float:
        """Resident size in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000


CSRF = "b" * 32


def session_cookie() -> str:
    """A signed-in browser of the bench user, for the pages and their forms."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from apps.groups.models import User

    user = User.objects.get(username="bench")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}; csrftoken={CSRF}"


def world(token: str, meta: dict[str, Any], **known: Any) -> Any:
    from .cases import World, get
    from .timing import Client

    client = Client("127.0.0.1", PORT, {"Authorization": f"token {token}"})

    def data(path: str, **query: Any) -> Any:
        return json.loads(client(get(path, **query))[2])["data"]

    def named(rows: list[dict[str, Any]], names: list[str]) -> list[int]:
        ids = {row["name"]: row["id"] for row in rows}
        return [ids[name] for name in names]

    sources = [n for n, g in zip(meta["median_sources"], meta["median_primary_group"], strict=True) if g <= 10][:200]
    positions = [(s["ra"], s["dec"]) for s in (data(f"/api/sources/{name}") for name in sources[:40])]
    heavy = [n for n, g in zip(meta["heavy_sources"], meta["heavy_primary_group"], strict=True) if g <= 10]
    return World(
        groups=named(data("/api/groups")["user_accessible_groups"], meta["groups"][:10]),
        filters=named(data("/api/filters"), meta["filters"][:10]),
        instruments=named(data("/api/instrument"), [i["name"] for i in meta["instruments"]]),
        taxonomy=named(data("/api/taxonomy"), ["sim-taxonomy"])[0],
        sources=sources, heavy=heavy, positions=positions,
        telescopes=[t["id"] for t in data("/api/telescope") if t["fixed_location"] and t["lat"] is not None], **known,
    )  # fmt: skip


def time_requests(
    server: Server, tokens: dict[str, str], asked: argparse.Namespace, rich: list[str], searches: dict[str, int]
) -> list[Any]:
    from . import cases, event_cases, live, source_cases, timing

    meta = json.loads(Path(tokens["meta"]).read_text())
    place = world(tokens["token"], meta, rich=rich, searches=searches)
    script = timing.Client("127.0.0.1", PORT, {"Authorization": f"token {tokens['token']}"})
    cookie = session_cookie()
    signed_in = {"Cookie": cookie, "X-CSRFToken": CSRF}
    browser = timing.Client("127.0.0.1", PORT, signed_in)
    fragments = timing.Client("127.0.0.1", PORT, signed_in | {"HX-Request": "true"})
    results = []
    for case in [*cases.reads(place), *source_cases.cases(place), *event_cases.cases(place), *cases.writes(place)]:
        if any(part in case.name for part in asked.only.split("|")):
            client = fragments if case.fragment else browser if case.page else script
            results.append(timing.measure(client, case, repeats=asked.repeats))
            print(timing.table(results[-1:]).splitlines()[-1], f"{server.memory():.0f} MB", flush=True)
    if any(part in live.NAME for part in asked.only.split("|")):
        results.append(live.a_word(f"127.0.0.1:{PORT}", cookie, rich[0], script, fragments, repeats=asked.repeats))
        print(timing.table(results[-1:]).splitlines()[-1], flush=True)
    print("\n" + timing.table(results))
    return results


def eight_clients(server: Server, tokens: dict[str, str]) -> float:
    from . import cases, timing

    meta = json.loads(Path(tokens["meta"]).read_text())
    case = cases.Case("detail", lambda k: cases.get(f"/api/sources/{meta['median_sources'][k % 100]}"))
    return timing.load("127.0.0.1", PORT, {"Authorization": f"token {tokens['token']}"}, case, clients=8, seconds=10)


def million_points() -> float:
    """Bytes on disk of a million points with their indexes, of those that were loaded."""
    from .loading import photometry_rows, sizes

    return sizes()["sources_photometry"] / photometry_rows() * 1e6


def save(results: list[Any]) -> None:
    from .timing import as_dicts

    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(as_dicts(results), indent=1))
    print(f"kept in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
