"""Published reports of events, for anybody."""

from __future__ import annotations

import orjson
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from apps.sources.views.public import A_PAGE, public, rendered
from skyportal.access.errors import NotVisible

from ..queries import texts as queries


@public
def reports(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.all_published(), A_PAGE).get_page(request.GET.get("page"))
    return HttpResponse(rendered("gcn_reports", {"page": page}))


@public
def report(request: HttpRequest, report_id: int, option: str = "html") -> HttpResponse:
    """The tables as a page; ``json``: the data; ``plot``: the sky."""
    row = queries.published(report_id)
    if option == "html":
        return HttpResponse(rendered("gcn_report", {"row": row, "event": row.event, "data": row.data}))
    if option == "json":
        data = {key: value for key, value in row.data.items() if key != "plot"}
        return HttpResponse(orjson.dumps(data), content_type="application/json")
    if option == "plot" and row.data.get("plot"):
        return HttpResponse(row.data["plot"], content_type="image/svg+xml")
    raise NotVisible("Report not found.", status=404)
