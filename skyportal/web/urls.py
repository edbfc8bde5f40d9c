from django.urls import path

from skyportal.web import views

urlpatterns = [
    path("components", views.components, name="components"),
    path("components/drawer", views.components_drawer, name="components-drawer"),
    path("components/change", views.components_change, name="components-change"),
]
