"""What stands round every page: navigation, theme, policy, assets, toasts, plots."""

import json
import re
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from skyportal.web import assets, bokeh, context, csp
from skyportal.web.responses import with_toast


def frame(path="/", *, is_staff=False, **cookies):
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    request.user = SimpleNamespace(is_staff=is_staff)
    return context.frame(request)


def test_a_place_nobody_built_is_coming(monkeypatch):
    monkeypatch.setattr(context, "PLACES", [context.Place("Moon", "moon", "no-such-route")])
    (entry,) = context.navigation("/", staff=False).main
    assert entry.url == ""
    assert not entry.active
    assert "Moon is coming" in frame()["nav"]()["rail"]


def test_the_place_we_are_in_is_marked(monkeypatch):
    monkeypatch.setattr(context, "address", lambda route: {"home": "/", "sources": "/sources"}.get(route, ""))

    def active(path):
        return re.findall(r'title="([^"]*)"\s+aria-current="page"', frame(path)["nav"]()["rail"])

    assert active("/sources/ZTF21abc") == ["Sources"]
    assert active("/") == ["Dashboard"]
    assert active("/sources_elsewhere") == []


def test_admin_is_for_staff():
    assert context.navigation("/", staff=False).admin == ()
    assert [e.place.label for e in context.navigation("/", staff=True).admin] == [p.label for p in context.ADMIN]
    for part in ("rail", "sheet"):
        assert "Health" not in frame()["nav"]()[part]
        assert "Health" in frame(is_staff=True)["nav"]()[part]


@pytest.mark.parametrize(
    ("cookie", "theme", "bootstrap"),
    [("night", "night", "dark"), ("light", "light", "light"), ('"><script>', "auto", "light")],
)
def test_the_theme_is_drawn_by_the_server(cookie, theme, bootstrap):
    shown = frame(sky_theme=cookie)
    assert (shown["theme"], shown["bs_theme"]) == (theme, bootstrap)


def answer(view, path="/"):
    return csp.ContentSecurityPolicyMiddleware(view)(RequestFactory().get(path))


def test_each_answer_has_its_own_nonce():
    nonces = []

    def view(request):
        nonces.append(request.csp_nonce)
        return HttpResponse("ok")

    first, second = answer(view), answer(view)
    assert f"script-src 'self' 'nonce-{nonces[0]}'" in first["Content-Security-Policy"]
    assert nonces[0] != nonces[1]
    assert nonces[0] not in second["Content-Security-Policy"]
    assert "'unsafe-inline'" not in re.search("script-src[^;]*", first["Content-Security-Policy"])[0]
    assert "unsafe-eval" not in first["Content-Security-Policy"]


def test_documentation_may_start_itself():
    policy = answer(csp.allows_documentation(lambda request: HttpResponse("ok")))["Content-Security-Policy"]
    scripts = re.search("script-src[^;]*", policy)[0]
    assert "'unsafe-inline'" in scripts
    assert "nonce" not in scripts


def test_json_carries_no_policy():
    assert "Content-Security-Policy" not in answer(lambda request: HttpResponse("{}", content_type="application/json"))


def test_bokeh_is_served_from_its_wheel():
    finder = assets.PackagedAssetsFinder()
    assert finder.find("bokeh/bokeh.min.js").endswith("static/js/bokeh.min.js")
    assert finder.find("bokeh/../../../../manage.py") == []
    assert ("bokeh.min.js", "bokeh") in {(name, storage.prefix) for name, storage in finder.list(None)}


def test_a_toast_travels_in_a_header():
    response = with_toast(HttpResponse(status=204), "Saved “M 101”.", undo_url="/undo")
    said = json.loads(response["HX-Trigger"])
    assert said == {"toast": {"message": "Saved “M 101”.", "level": "success", "undo_url": "/undo", "target": "body"}}


def test_an_embedded_plot_cannot_close_its_script():
    from bokeh.plotting import figure

    html = bokeh.embed(figure(title="</script><b>"), id="p", still="<svg></svg>", height=200)
    inside = re.search(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)[1]
    assert "</script><b>" in json.dumps(json.loads(inside))
    assert "--plot-height: 200px" in html
    assert "<svg></svg>" in html


def test_a_web_process_carries_only_what_pages_need():
    """The weight of Bokeh, astropy and the reader of alerts comes with the first request that needs it, if one does."""
    import subprocess
    import sys

    code = (
        "import sys, skyportal.web.bokeh, skyportal.web.assets; print([m in sys.modules for m in ('bokeh', 'numpy')])\n"
        "import django; django.setup(); import skyportal.urls\n"
        "print([m for m in ('bokeh', 'astropy', 'scipy', 'pyarrow', 'duckdb', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[False, False]", "[]"]
