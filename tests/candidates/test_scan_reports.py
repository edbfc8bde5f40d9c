"""The pages of scan reports, and what they export."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.candidates.actions.reports import Window, build_report
from apps.candidates.models import ScanReport
from apps.sources.actions.comments import post_comment
from apps.sources.actions.sources import save_source
from tests.candidates.scanning_data import passed
from tests.factories import FilterFactory


@pytest.fixture
def page(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def made(group, stream, member, viewer_of):
    def make(count):
        viewer = viewer_of(member)
        for obj in passed(FilterFactory(group=group, stream=stream), count):
            save_source(viewer, obj, [group.pk])
            post_comment(viewer, obj.name, "=rising fast", group_ids=[group.pk])
        return build_report(viewer, [group.pk], Window(), Window())

    return make


def test_a_report_is_made_in_the_browser(page, made, group):
    made(1)
    answer = page.post(reverse("scan-reports"), {"group": group.pk, "from": "", "to": ""})
    report = ScanReport.objects.latest("pk")
    assert answer["Location"] == reverse("scan-report", args=[report.pk])
    shown = page.get(answer["Location"]).content.decode()
    assert "rising fast" in shown
    assert "by member" in shown
    assert page.post(reverse("scan-reports"), {}).status_code == 400


def test_it_makes_as_many_queries_for_many_objs_as_for_one(page, made):
    few, many = made(1), made(15)
    counts = []
    for report in (few, many):
        page.get(reverse("scan-report", args=[report.pk]))
        with CaptureQueriesContext(connection) as queries:
            page.get(reverse("scan-report", args=[report.pk]))
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 24


def test_it_is_exported_as_a_table_and_as_text(page, made):
    report = made(2)
    item = report.items.first()
    item.comment = "=1+1"
    item.save()
    url = reverse("scan-report", args=[report.pk])
    rows = list(csv.DictReader(io.StringIO(page.get(url, {"format": "csv"}).content.decode())))
    assert len(rows) == 2
    assert "by member" in rows[0]["saved"]
    assert "'=1+1" in {row["comment"] for row in rows}
    text = page.get(url, {"format": "text"}).content.decode()
    assert text.startswith(f"Scan report {report.pk}\n")
    assert "Said: =rising fast" in text


def test_only_its_author_deletes_it(client, page, made, group_admin):
    report = made(1)
    client.force_login(group_admin)
    assert client.post(reverse("scan-report-delete", args=[report.pk])).status_code == 403
    client.force_login(report.author)
    assert client.post(reverse("scan-report-delete", args=[report.pk])).status_code == 302
    assert not ScanReport.objects.exists()


def test_others_do_not_find_it(client, made, outsider):
    report = made(1)
    client.force_login(outsider)
    assert client.get(reverse("scan-report", args=[report.pk])).status_code == 404
    url = reverse("scan-report-comment", args=[report.pk, report.items.get().pk])
    assert client.post(url, {"comment": "x"}).status_code == 404
