from django.urls import path

from skyportal.web import views
from skyportal.web.health import health
from skyportal.web.metrics import metrics

urlpatterns = [
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("components", views.components, name="components"),
    path("components/drawer", views.components_drawer, name="components-drawer"),
    path("components/change", views.components_change, name="components-change"),
]
