"""Every answer says how many queries it took, and takes one thread; times are read and written quickly, and right."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import psycopg
import psycopg.conninfo
import pytest
from asgiref.sync import iscoroutinefunction
from django.core import signals
from django.db import connection

from skyportal.api.envelope import isoformat
from skyportal.web.pooled import PROBE, PooledConnection


def test_answers_say_how_many_queries_they_took(member, client):
    client.force_login(member)
    assert client.get("/").headers["Server-Timing"].endswith('queries"')


def test_middleware_does_not_go_to_a_thread_and_back_each():
    from skyportal.asgi import http

    assert not iscoroutinefunction(http._middleware_chain)


def test_an_answer_begins_and_ends_in_one_thread_that_is_kept():
    from skyportal.asgi import http

    begun, ended = [], []
    hear = {signals.request_started: begun, signals.request_finished: ended}
    listeners = {
        signal: lambda heard=heard, **_: heard.append(threading.current_thread().name) for signal, heard in hear.items()
    }
    for signal, listener in listeners.items():
        signal.connect(listener)
    said: list[dict] = []

    async def ask() -> None:
        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            said.append(message)

        scope = {
            "type": "http", "method": "GET", "path": "/no/such/page", "headers": [(b"host", b"localhost")],
            "query_string": b"", "server": ("localhost", 80), "client": ("127.0.0.1", 1), "scheme": "http",
        }  # fmt: skip
        await http(scope, receive, send)

    try:
        with ThreadPoolExecutor(1) as elsewhere:  # where no other test's event loop runs
            for _ in range(3):
                elsewhere.submit(asyncio.run, ask()).result()
    finally:
        for signal, listener in listeners.items():
            signal.disconnect(listener)
    assert [message["status"] for message in said if message["type"] == "http.response.start"] == [404] * 3
    assert begun == ended
    assert [name.partition("_")[0] for name in begun] == ["request"] * 3, "the threads that are kept"


@pytest.mark.parametrize(
    "said",
    ["2019-06-28 16:06:03.042", "2019-06-28 16:06:03", "1890-01-01", "0001-01-01", "9998-12-31 23:59:59.999999"],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_times_of_the_database_are_those_that_it_holds(db, said, zone):
    with PooledConnection.connect(_dsn()) as own:
        own.execute("select set_config('TimeZone', %s, false)", [zone])
        (found,) = own.execute("select (%s::timestamp at time zone 'UTC')", [said]).fetchone()
    assert found == datetime.fromisoformat(said).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("said", ["infinity", "12019-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC"])
def test_times_that_python_has_none_for_are_said_so(db, said):
    with PooledConnection.connect(_dsn()) as own, pytest.raises(psycopg.DataError, match="timestamp"):
        own.execute("select %s::timestamptz", [said]).fetchone()


def test_times_go_out_in_utc_without_a_zone():
    at = datetime(2019, 6, 28, 16, 6, 3, 42000)
    nepal = timezone(timedelta(hours=5, minutes=45))
    for moment in (at, at.replace(tzinfo=UTC), at.replace(tzinfo=UTC).astimezone(nepal)):
        assert isoformat(moment) == "2019-06-28T16:06:03.042000"
    assert isoformat(date(2019, 6, 28)) == "2019-06-28"


def test_a_connection_that_the_server_closed_is_found_out(db):
    idle = PooledConnection.connect(_dsn(), autocommit=True)
    assert idle.execute(PROBE) is None
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 1000)", [idle.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        idle.execute(PROBE)


def _dsn() -> str:
    at = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=at["HOST"], port=at["PORT"], dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"]
    )
