"""Every answer says how many queries it took, and takes one thread."""

from __future__ import annotations

import psycopg
import psycopg.conninfo
import pytest
from asgiref.sync import iscoroutinefunction
from django.db import connection

from skyportal.web.pooled import PROBE, PooledConnection


def test_answers_say_how_many_queries_they_took(member, client):
    client.force_login(member)
    assert client.get("/").headers["Server-Timing"].endswith('queries"')


def test_middleware_does_not_go_to_a_thread_and_back_each():
    from skyportal.asgi import http

    assert not iscoroutinefunction(http._middleware_chain)


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
