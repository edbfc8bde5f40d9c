"""Scan reports: the list, making one, and one with its exports."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.sources.plots import stills
from apps.sources.queries.pages import my_groups
from skyportal.access.errors import Invalid, NotVisible, Refusal
from skyportal.api.paging import Page
from skyportal.api.params import keys, moment
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import reports as actions
from ..queries import reports as queries
from . import report_files

SIZE = 25


@login_required
@require_http_methods(["GET", "POST"])
def index(request: ViewerRequest) -> HttpResponse:
    """Reports of my groups; by POST a new one."""
    wrong = ""
    if request.method == "POST":
        try:
            report = actions.build_report(request.viewer, *_asked(request))
        except Refusal as refusal:
            wrong = refusal.message
        else:
            return redirect("scan-report", report.pk)
    number = request.GET.get("page", "1")
    page = Page(max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1, SIZE)
    rows, total = queries.reports(request.viewer, page)
    now = timezone.now()
    context = {
        "rows": rows,
        "page": Paginator(range(total), SIZE).get_page(page.number),
        "groups": my_groups(request.viewer),
        "wrong": wrong,
        "given": request.POST if wrong else {"from": now - timedelta(days=1), "to": now},
        "chosen": request.POST.getlist("group"),
    }
    return render(request, "candidates/reports.html", context, status=400 if wrong else 200)


def _asked(request: ViewerRequest) -> tuple[list[int], actions.Window, actions.Window]:
    try:
        groups = keys(",".join(request.POST.getlist("group")))
    except ValueError:
        groups = []
    if not groups:
        raise Invalid("Choose a group.")
    try:
        start, end = (moment(at) if (at := request.POST.get(name)) else None for name in ("from", "to"))
    except ValueError as problem:
        raise Invalid(f"Invalid dates: {problem}") from None
    window = actions.Window(start, end)
    # what was saved tonight may have passed a filter long ago: only saving has to fall within the window
    return groups, window if "passed" in request.POST else actions.Window(), window


@login_required
@require_GET
def page(request: ViewerRequest, report_id: int) -> HttpResponse:
    """One report; `?format=csv` and `?format=text` are files."""
    viewer = request.viewer
    report = _report(request, report_id)
    rows, people = queries.page_of(viewer, report), queries.scanners(viewer, report)
    name = f"scan-report-{report.pk}"
    kind = request.GET.get("format", "")
    if kind == "csv":
        return report_files.table(rows, name)
    if kind == "text":
        return report_files.text(f"Scan report {report.pk}", people, rows, name)
    for row in rows:
        drawn = stills.svg_light_curve(row.pop("curve"), width=240, height=100)
        row["still"] = mark_safe(drawn)  # noqa: S308 - our own drawing
    [shown] = queries.shown(viewer, [report])
    saved = [moment(at) if at else None for at in report.options["saved_candidates_range"]]
    context = {"report": shown, "rows": rows, "people": people, "saved": saved}
    return render(request, "candidates/report.html", context | {"mine": report.author_id == viewer.user_id})


def _report(request: ViewerRequest, report_id: int) -> queries.ScanReport:
    try:
        return queries.get_report(request.viewer, report_id)
    except NotVisible as refusal:
        raise NotVisible(refusal.message, status=404) from None


@login_required
@require_POST
def comment(request: ViewerRequest, report_id: int, item_id: int) -> HttpResponse:
    _report(request, report_id)
    words = (request.POST if "comment" in request.POST else request.GET).get("comment", "").strip()
    try:
        actions.comment_item(request.viewer, report_id, item_id, words)
    except NotVisible as refusal:
        raise NotVisible(refusal.message, status=404) from None
    return with_toast(HttpResponse(status=204), "The comment is kept.")


@login_required
@require_POST
def delete(request: ViewerRequest, report_id: int) -> HttpResponse:
    _report(request, report_id)
    actions.delete_report(request.viewer, report_id)
    messages.success(request, "The report is deleted.")
    return redirect(reverse("scan-reports"))
