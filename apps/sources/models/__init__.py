"""Objs and everything known of them; the telescopes and instruments that saw it."""

from .annotations import Annotation
from .catalogs import CatalogSearch
from .classifications import Classification, ClassificationVote, Taxonomy
from .comments import AbstractComment, Comment
from .instruments import Instrument, Telescope
from .lists import Listing, SourceView
from .objs import Obj, ObjReader, Source
from .photometry import Bandpass, Origin, Photometry, PhotStat, Upload
from .thumbnails import Thumbnail

__all__ = [
    "AbstractComment",
    "Annotation",
    "Bandpass",
    "CatalogSearch",
    "Classification",
    "ClassificationVote",
    "Comment",
    "Instrument",
    "Listing",
    "Obj",
    "ObjReader",
    "Origin",
    "PhotStat",
    "Photometry",
    "Source",
    "SourceView",
    "Taxonomy",
    "Telescope",
    "Thumbnail",
    "Upload",
]
