"""Pointings without an alert, as upper limits on the light curve."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.candidates.queries import pointings
from apps.groups.queries import viewer_of
from apps.sources.models import Obj
from apps.sources.queries.light_curves import light_curve
from apps.sources.slots import Depth, silent_visits
from skyportal.astro.time import JD_OF_MJD


@pytest.mark.django_db
def test_they_are_limits_where_nothing_was_measured(
    settings, intake, every_alert, messages, night, packets_of, member, outsider
):
    settings.ALERT_ARCHIVE = intake.archive.root
    intake.take(packets_of(messages))
    packet = next(one for one in night if one["candidate"]["programid"] == 1)
    said, obj = packet["candidate"], Obj.objects.get(name=packet["objectId"])
    viewer, mjd = viewer_of(member.pk), said["jd"] - JD_OF_MJD
    told = pointings.depths(viewer, said["ra"], said["dec"], mjd - 1, mjd + 1)
    own = next(one for one in told if abs(one.mjd - mjd) < 1e-5)
    assert (own.instrument, own.limiting_mag) == ("ZTF", pytest.approx(said["diffmaglim"], abs=0.01))
    assert pointings.depths(viewer_of(outsider.pk), said["ra"], said["dec"], mjd - 1, mjd + 1) == []
    curve = light_curve(viewer, obj.pk)
    silent = Depth(mjd + 0.5, own.bandpass, 20.25, "ZTF")
    more = curve.with_depths([own, silent])  # of its own visit it has a point already
    assert len(more) == len(curve) + 1
    assert (more.limit[-1], more.mjd[-1], more.detected[-1]) == (20.25, mjd + 0.5, False)
    browser = Client()
    browser.force_login(member)
    assert "pointings without an alert" in browser.get(reverse("source-photometry", args=[obj.name])).text
    path = reverse("source-light-curve", args=[obj.name])
    silent_visits.plug("test")(lambda *asked: [silent])
    try:
        plain, with_them = (browser.get(f"{path}{query}").text for query in ("", "?visits=on"))
    finally:
        del silent_visits._plugs["test"]
    assert "a pointing without an alert" in with_them
    assert "a pointing without an alert" not in plain
