"""What tests of remarks share: an obj that a group knows, a picture, a tree of classes."""

import base64
import io

from PIL import Image

from apps.sources.actions.objs import make_known
from tests.factories import ObjFactory

TREE = {
    "class": "Transient",
    "subclasses": [
        {"class": "Supernova", "subclasses": [{"class": "Ia", "other names": ["SN Ia"]}, {"class": "II"}]},
        {"class": "Kilonova", "tags": ["GW"]},
    ],
}


def known_obj(*groups, streams=(), **fields):
    """An obj that members of these groups, and readers of these streams, may see."""
    obj = ObjFactory(**fields)
    make_known([obj.pk], group_ids=[g.pk for g in groups], stream_ids=[s.pk for s in streams])
    return obj


def png(side=63, colour=128, mode="L", fmt="PNG"):
    out = io.BytesIO()
    Image.new(mode, (side, side), colour).save(out, fmt)
    return out.getvalue()


def base64_of(body):
    return base64.b64encode(body).decode()
