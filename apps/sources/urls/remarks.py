"""Comments, annotations, classifications, taxonomies."""

from django.urls import path

from skyportal.api.routes import flatten, routes

from ..api import annotations, classifications, comments, taxonomies
from ..views import classifying, remarks

urlpatterns = flatten(
    routes("sources/comments", comments.Comments),  # before a source of that name
    routes("sources/<str:obj_id>/comments/channels", comments.Channels),
    routes("sources/<str:resource_id>/comments/<str:comment_id>/attachment[.pdf]", comments.CommentAttachment),
    routes("sources/<str:resource_id>/comments[/<str:comment_id>]", comments.Comments),
    routes("sources/comments/<str:comment_id>", comments.Comments),
    routes("sources/<str:resource_id>/annotations[/<str:annotation_id>]", annotations.Annotations),
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
        path("source/<str:name>/annotations", remarks.annotated, name="source-annotations"),
        path("source/<str:name>/classifications", classifying.classifications, name="source-classifications"),
        path("source/<str:name>/classify", classifying.classify_form, name="source-classify"),
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
    ],
)
