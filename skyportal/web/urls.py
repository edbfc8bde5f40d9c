from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from skyportal.web import views
from skyportal.web.health import health
from skyportal.web.metrics import metrics


class Mark(RedirectView):
    """The icon, for pages that do not name it: the admin console, answers in JSON."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("mark.svg")


urlpatterns = [
    path("favicon.ico", Mark.as_view()),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("components", views.components, name="components"),
    path("components/drawer", views.components_drawer, name="components-drawer"),
    path("components/change", views.components_change, name="components-change"),
]
