"""Behind a proxy that deals connections out by transaction nothing may be prepared, and everything works."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from apps.sources.actions.objs import make_known
from tests.factories import ObjFactory

PRINT = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['prepare_threshold'])"


@pytest.mark.parametrize(("asked", "threshold"), [(None, "None"), ("-1", "None"), ("3", "3")])
def test_production_prepares_only_when_told_to(asked, threshold):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "skyportal.settings.prod"}
    environment.pop("DATABASE_PREPARE_AFTER", None)
    if asked:
        environment["DATABASE_PREPARE_AFTER"] = asked
    said = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == threshold


@pytest.mark.django_db
def test_requests_work_with_nothing_prepared(api_of, member, group):
    obj = ObjFactory()
    make_known([obj.pk], group_ids=[group.pk])
    api, before = api_of(member), connection.connection.prepare_threshold
    connection.connection.prepare_threshold = None
    try:
        with connection.cursor() as cursor:
            cursor.execute("deallocate all")
        for _ in range(6):
            assert api.get(f"sources/{obj.name}")[0] == 200
            assert api.get("candidates")[0] == 200
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_prepared_statements")
            assert cursor.fetchone() == (0,)
    finally:
        connection.connection.prepare_threshold = before
