"""The archive on an object store: the same packets in and out as on disk, by S3's protocol."""

import pytest

from apps.candidates.actions.archiving import tidy
from apps.candidates.actions.intake import Intake
from apps.candidates.alerts import nights
from apps.candidates.alerts.archive import CANDID, Archive
from apps.candidates.alerts.compaction import compact
from tests.emulators.objects import store


@pytest.fixture
def bucket(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with store() as found:
        found.uri = f"s3://key:secret@sky/alerts?scheme=http&endpoint_override={found.address}&region=here"
        yield found


@pytest.mark.django_db
def test_packets_go_into_a_bucket_and_come_out_of_it(bucket, ztf, every_alert, messages, night, packets_of, settings):
    settings.ALERT_ARCHIVE = bucket.uri
    door = Intake(ztf)
    report = door.take(packets_of(messages[:30]))
    assert (report.new, report.admitted) == (30, 30)
    assert all(key.startswith("sky/alerts/") and key.endswith(".parquet") for key in bucket.objects)
    again = Intake(ztf)  # another process: what is there is read, not kept twice
    assert again.take(packets_of(messages[:30])).repeated == 30
    assert again.take(packets_of(messages[20:])).new == len(messages) - 30
    kept = Archive(bucket.uri)
    [stream] = kept.streams()
    assert sum(one.packets for one in kept.nights(stream)) == len(messages)
    assert sum(one.bytes for one in kept.nights(stream)) == sum(map(len, bucket.objects.values()))
    for packet in (night[0], night[-1]):
        found = kept.packet(stream, str(packet["candid"]))
        assert found["objectId"] == packet["objectId"]
        assert found["cutoutScience"]["stampData"] == packet["cutoutScience"]["stampData"]
        part = next(p for p in kept.parts(stream) if len(nights.find(p, CANDID, [str(packet["candid"])], [])))
        assert kept.picture(part, str(packet["candid"]), ("cutoutScience.stampData",)) is not None
    before = len(kept.parts(stream))
    fewer = compact(kept, stream, "99999999")
    assert len(kept.parts(stream)) == before - fewer
    assert sum(one.packets for one in kept.nights(stream)) == len(messages)
    settings.ALERT_PICTURE_NIGHTS, settings.ALERT_NIGHTS = 1, 0
    tidy()
    assert not [key for key in bucket.objects if "cutouts" in key]
    assert kept.forget_nights(stream, "99999999") > 0
    assert not any(bucket.objects.values())  # marks of empty folders at most


@pytest.mark.django_db
def test_a_store_that_refuses_loses_no_packet(bucket, ztf, every_alert, messages, packets_of):
    door = Intake(ztf, archive=Archive(bucket.uri))
    bucket.mood = "closed"
    with pytest.raises(OSError, match=r"(?i)access.?denied|403"):
        door.take(packets_of(messages[:5]))
    bucket.mood = "well"
    assert door.take(packets_of(messages[:5])).new == 5
