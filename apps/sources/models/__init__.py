"""Objs and everything known of them; the telescopes and instruments that saw it."""

from .annotations import AbstractAnnotation, Annotation
from .classifications import Classification, ClassificationVote, Taxonomy
from .comments import AbstractComment, Comment
from .instruments import Instrument, Telescope
from .lists import Listing, SourceView
from .objs import Obj, ObjReader, Source
from .photometry import Bandpass, Origin, Photometry, PhotStat, Upload
from .spectra import Spectrum, SpectrumAnnotation, SpectrumComment, SpectrumPerson
from .thumbnails import Thumbnail

__all__ = [
    "AbstractAnnotation",
    "AbstractComment",
    "Annotation",
    "Bandpass",
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
    "Spectrum",
    "SpectrumAnnotation",
    "SpectrumComment",
    "SpectrumPerson",
    "Taxonomy",
    "Telescope",
    "Thumbnail",
    "Upload",
]
