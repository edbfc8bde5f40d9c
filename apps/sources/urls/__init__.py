"""Doors of this app, a file a subject. Where a name could be taken for another path, the fixed path comes first."""

from skyportal.api.routes import flatten

from . import objs, photometry, remarks, spectra

urlpatterns = flatten(remarks.urlpatterns, photometry.urlpatterns, spectra.urlpatterns, objs.urlpatterns)
