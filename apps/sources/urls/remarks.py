"""Comments, annotations, reminders, classifications, taxonomies."""

from django.urls import path, register_converter

from skyportal.api.routes import flatten, routes

from ..api import annotations, classifications, comments, reminders, taxonomies
from ..views import attachments, classifying, remarks
from ..views import reminders as reminding
from ..views import taxonomies as trees


class CatalogKey:
    """A word that no annotation's id can be: the key of a catalogue."""

    regex = "[a-z][a-z0-9_]*"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(CatalogKey, "catalog")

urlpatterns = flatten(
    routes("sources/comments", comments.Comments),  # before a source of that name
    routes("sources/<str:obj_id>/comments/channels", comments.Channels),
    routes("sources/<str:resource_id>/comments/<str:comment_id>/attachment[.pdf]", comments.CommentAttachment),
    routes("sources/<str:resource_id>/comments[/<str:comment_id>]", comments.Comments),
    routes("sources/comments/<str:comment_id>", comments.Comments),
    [path("api/sources/<str:obj_id>/annotations/<catalog:catalog>", annotations.CatalogAnnotations.as_view())],
    routes("sources/<str:resource_id>/annotations[/<str:annotation_id>]", annotations.Annotations),
    routes("source/<str:resource_id>/reminders[/<str:reminder_id>]", reminders.Reminders),
    routes("spectra/<str:resource_id>/reminders[/<str:reminder_id>]", reminders.RemindersOfSpectrum),
    routes("internal/annotations_info", annotations.AnnotationsInfo),
    routes("classification/sources", classifications.ClassifiedSources),
    routes("classification/votes[/<str:classification_id>]", classifications.Votes),
    routes("classification[/<str:classification_id>]", classifications.Classifications),
    routes("sources/<str:obj_id>/classifications", classifications.ClassificationsOfSource),
    routes("taxonomy[/<str:taxonomy_id>]", taxonomies.Taxonomies),
    [
        path("source/<str:name>/comments", remarks.comments, name="source-comments"),
        path("source/<str:name>/comments/<int:comment_id>", remarks.comment, name="source-comment"),
        path(
            "source/<str:name>/comments/<int:comment_id>/delete", remarks.comment_delete, name="source-comment-delete"
        ),
        path(
            "source/<str:name>/comments/<int:comment_id>/attachment", attachments.attachment, name="comment-attachment"
        ),
        path(
            "source/<str:name>/comments/<int:comment_id>/attachment.png",
            attachments.fits_picture,
            name="comment-attachment-png",
        ),
        path("comments/preview", remarks.preview, name="comment-preview"),
        path("comments/mentions", remarks.mentionable, name="mentionable"),
        path("source/<str:name>/annotations/look-up", remarks.look_up, name="source-look-up"),
        path("source/<str:name>/annotations", remarks.annotated, name="source-annotations"),
        path("source/<str:name>/classifications", classifying.classifications, name="source-classifications"),
        path("source/<str:name>/reminders", reminding.reminders, name="source-reminders"),
        path("source/<str:name>/reminders/<int:reminder_id>/done", reminding.settle, name="source-reminder-done"),
        path("source/<str:name>/reminders/<int:reminder_id>/delete", reminding.delete, name="source-reminder-delete"),
        path("source/<str:name>/put-back/<str:receipt>", remarks.put_back, name="source-put-back"),
        path("source/<str:name>/classify", classifying.classify_form, name="source-classify"),
        path(
            "source/<str:name>/classifications/<int:classification_id>",
            classifying.classification,
            name="source-classification",
        ),
        path(
            "source/<str:name>/classifications/<int:classification_id>/vote",
            classifying.vote,
            name="source-classification-vote",
        ),
        path(
            "source/<str:name>/classifications/<int:classification_id>/delete",
            classifying.classification_delete,
            name="source-classification-delete",
        ),
        path("taxonomies", trees.taxonomies, name="taxonomies"),
        path("taxonomies/<int:taxonomy_id>", trees.taxonomy, name="taxonomy"),
        path("taxonomies/<int:taxonomy_id>/classes", trees.class_add, name="taxonomy-class-add"),
        path("taxonomies/<int:taxonomy_id>/classes/remove", trees.class_remove, name="taxonomy-class-remove"),
    ],
)
