"""The parts of the source page that this app itself brings."""

from __future__ import annotations

from .slots import Panel, home_panels, obj_panels

obj_panels.plug("photometry")(
    Panel("Photometry", "source-photometry", order=10, template="sources/_photometry_panel.html")
)
obj_panels.plug("facts")(Panel("Facts", "source-facts", order=0, side="side"))
obj_panels.plug("spectra")(Panel("Spectra", "source-spectra", order=30))
obj_panels.plug("series")(Panel("Series", "source-series", order=40))
obj_panels.plug("comments")(Panel("Comments", "source-comments", order=80))
obj_panels.plug("frozen")(Panel("Frozen photometry", "source-frozen", order=15, side="side"))
obj_panels.plug("classifications")(Panel("Classifications", "source-classifications", order=20, side="side"))
obj_panels.plug("annotations")(Panel("Annotations", "source-annotations", order=30, side="side"))
obj_panels.plug("images")(Panel("Images", "source-images", order=50))
obj_panels.plug("observability")(Panel("Observability", "source-observability", order=60))
obj_panels.plug("centroid")(Panel("Centroid", "source-centroid", order=50, side="side"))
obj_panels.plug("hr-diagram")(Panel("HR diagram", "source-hr-diagram", order=60, side="side"))
obj_panels.plug("reminders")(Panel("Reminders", "source-reminders", order=80, side="side"))
obj_panels.plug("public")(Panel("Public pages", "source-public-pages", order=90, side="side"))
home_panels.plug("top")(Panel("Top sources", "home-top", order=30))
