"""An obj the cast knows, a camera, and how an upload looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.groups.models import Group, Stream
from apps.sources.actions.objs import make_known
from apps.sources.models import Instrument, Obj
from tests.factories import InstrumentFactory, ObjFactory


@pytest.fixture
def camera(db: None) -> Instrument:
    return InstrumentFactory(name="Camera", filters=["ztfg", "ztfr", "sdssg", "2massks", "uvot::uvw2", "f444w"])


@pytest.fixture
def obj(group: Group, stream: Stream) -> Obj:
    """Known to the group and to the stream."""
    known = ObjFactory(name="ZTF26abc", ra=150.0, dec=2.0)
    make_known([known.pk], group_ids=[group.pk], stream_ids=[stream.pk])
    return known


@pytest.fixture
def upload(obj: Obj, camera: Instrument) -> Callable[..., dict[str, Any]]:
    """A body of POST photometry, with what it must say."""

    def body(**more: Any) -> dict[str, Any]:
        common = {"obj_id": obj.name, "instrument_id": camera.pk, "mjd": 58000.0, "filter": "ztfg", "magsys": "ab"}
        return common | more

    return body
