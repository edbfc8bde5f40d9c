"""Spectra, by the API under two names, and on pages."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import annotations, comments, spectra
from ..views import spectra as pages
from ..views import spectrum_upload

_PUBLIC = flatten(
    *(
        flatten(
            routes(f"{name}/ascii[/<str:spectrum_id>]", spectra.SpectraAscii),
            routes(f"{name}/parse/ascii", spectra.ParseAscii),
            routes(f"{name}/range", spectra.SpectraRange),
        )
        for name in ("spectra", "spectrum")
    ),
    routes("spectra/bulk", spectra.SpectraBulk),
    routes("spectra/synthphot[/<str:spectrum_id>]", spectra.Synthphot),
    routes("spectra/comments", comments.CommentsOnSpectrum),
    routes("spectra/comments/<str:comment_id>", comments.CommentsOnSpectrum),
    routes("spectra/<str:resource_id>/comments[/<str:comment_id>]", comments.CommentsOnSpectrum),
    routes("spectra/<str:resource_id>/comments/<str:comment_id>/attachment[.pdf]", comments.AttachmentOnSpectrum),
    routes("spectra/<str:resource_id>/annotations[/<str:annotation_id>]", annotations.AnnotationsOfSpectrum),
    *(routes(f"{name}[/<str:spectrum_id>]", spectra.Spectra) for name in ("spectra", "spectrum")),
    routes("sources/<str:obj_id>/spectra", spectra.ObjSpectra),
)

_PAGES = [
    path("source/<str:name>/spectra", pages.panel, name="source-spectra"),
    path("source/<str:name>/spectra/plot", pages.plot, name="source-spectra-plot"),
    path("source/<str:name>/spectra/figure.json", pages.figure, name="source-spectra-figure"),
    path("source/<str:name>/spectra/upload", spectrum_upload.upload, name="spectrum-upload"),
    path("source/<str:name>/spectra/upload/check", spectrum_upload.check, name="spectrum-upload-check"),
    path("source/<str:name>/spectra/<int:spectrum_id>", pages.spectrum, name="source-spectrum"),
    path("source/<str:name>/spectra/<int:spectrum_id>/file", pages.original, name="source-spectrum-file"),
    path("source/<str:name>/spectra/<int:spectrum_id>.ecsv", pages.ecsv, name="source-spectrum-ecsv"),
    path("source/<str:name>/spectra/<int:spectrum_id>/delete", pages.delete, name="source-spectrum-delete"),
    path("source/<str:name>/spectra/<int:spectrum_id>/comments", pages.comment, name="source-spectrum-comments"),
    path("source/<str:name>/spectra/<int:spectrum_id>/synthphot", pages.synthphot, name="source-spectrum-synthphot"),
]

urlpatterns = flatten(_PUBLIC, _PAGES)
