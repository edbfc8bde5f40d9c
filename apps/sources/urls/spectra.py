"""Spectra, by the API under two names, and on pages."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import annotations, comments, spectra
from ..views import reminders, spectrum_upload
from ..views import spectra as pages
from ..views import spectrum_talk as talk

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

_ONE = "source/<str:name>/spectra/<int:spectrum_id>"

_PAGES = [
    path("source/<str:name>/spectra", pages.panel, name="source-spectra"),
    path("source/<str:name>/spectra/plot", pages.plot, name="source-spectra-plot"),
    path("source/<str:name>/spectra/figure.json", pages.figure, name="source-spectra-figure"),
    path("source/<str:name>/spectra/upload", spectrum_upload.upload, name="spectrum-upload"),
    path("source/<str:name>/spectra/upload/check", spectrum_upload.check, name="spectrum-upload-check"),
    path(_ONE, pages.spectrum, name="source-spectrum"),
    path(f"{_ONE}/file", pages.original, name="source-spectrum-file"),
    path(f"{_ONE}.ecsv", pages.ecsv, name="source-spectrum-ecsv"),
    path(f"{_ONE}/change", pages.change, name="source-spectrum-change"),
    path(f"{_ONE}/delete", pages.delete, name="source-spectrum-delete"),
    path(f"{_ONE}/synthphot", pages.synthphot, name="source-spectrum-synthphot"),
    path(f"{_ONE}/comments", talk.comments, name="source-spectrum-comments"),
    path(f"{_ONE}/comments/<int:comment_id>", talk.comment, name="source-spectrum-comment"),
    path(f"{_ONE}/comments/<int:comment_id>/delete", talk.delete, name="source-spectrum-comment-delete"),
    path(f"{_ONE}/comments/<int:comment_id>/attachment", talk.attachment, name="spectrum-comment-attachment"),
    path(f"{_ONE}/comments/<int:comment_id>/attachment.png", talk.picture, name="spectrum-comment-attachment-png"),
    path(f"{_ONE}/put-back/<str:receipt>", talk.put_back, name="source-spectrum-put-back"),
    path(f"{_ONE}/reminders", reminders.set_of_spectrum, name="source-spectrum-reminders"),
    path(
        f"{_ONE}/reminders/<int:reminder_id>/done", reminders.settle_of_spectrum, name="source-spectrum-reminder-done"
    ),
    path(
        f"{_ONE}/reminders/<int:reminder_id>/delete",
        reminders.delete_of_spectrum,
        name="source-spectrum-reminder-delete",
    ),
]

urlpatterns = flatten(_PUBLIC, _PAGES)
