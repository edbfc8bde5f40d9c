"""Objs and everything known of them; the telescopes and instruments that saw it."""

from .annotations import AbstractAnnotation, Annotation
from .catalogs import CatalogSearch
from .classifications import Classification, ClassificationVote, Taxonomy
from .comments import AbstractComment, Comment
from .frozen import FrozenPhotometry
from .galaxies import Galaxy, GalaxyCatalog, GalaxyLoad
from .imports import TransientImport
from .instruments import Instrument, InstrumentField, Telescope
from .links import Interest, Label, SuperObj, SuperObjMember
from .listed import ListedObj
from .lists import Listing, SavedSearch, SourceView
from .objs import Obj, ObjReader, Source
from .periods import PeriodSearch
from .photometry import Bandpass, Origin, Photometry, PhotStat, PhotStatAudiences, Upload, WholePhotStat
from .publishing import PublicRelease, PublicSourcePage
from .reminders import AbstractReminder, Reminder, SpectrumReminder
from .series import PhotometricSeries
from .spectra import Spectrum, SpectrumAnnotation, SpectrumComment, SpectrumPerson
from .tags import Tag, TagOption
from .thumbnails import Thumbnail
from .validations import PointAnnotation, PointValidation

__all__ = [
    "AbstractAnnotation",
    "AbstractComment",
    "AbstractReminder",
    "Annotation",
    "Bandpass",
    "CatalogSearch",
    "Classification",
    "ClassificationVote",
    "Comment",
    "FrozenPhotometry",
    "Galaxy",
    "GalaxyCatalog",
    "GalaxyLoad",
    "Instrument",
    "InstrumentField",
    "Interest",
    "Label",
    "ListedObj",
    "Listing",
    "Obj",
    "ObjReader",
    "Origin",
    "PeriodSearch",
    "PhotStat",
    "PhotStatAudiences",
    "PhotometricSeries",
    "Photometry",
    "PointAnnotation",
    "PointValidation",
    "PublicRelease",
    "PublicSourcePage",
    "Reminder",
    "SavedSearch",
    "Source",
    "SourceView",
    "Spectrum",
    "SpectrumAnnotation",
    "SpectrumComment",
    "SpectrumPerson",
    "SpectrumReminder",
    "SuperObj",
    "SuperObjMember",
    "Tag",
    "TagOption",
    "Taxonomy",
    "Telescope",
    "Thumbnail",
    "TransientImport",
    "Upload",
    "WholePhotStat",
]
