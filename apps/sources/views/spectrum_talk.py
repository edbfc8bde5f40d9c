"""What is said of a spectrum, as a part of its drawer."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.web.requests import ViewerRequest

from ..queries import comments as said
from ..queries.subjects import SPECTRA
from . import attachments, talk
from .spectra import OF_SPECTRA, spectrum_of


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: ViewerRequest, name: str, spectrum_id: int) -> HttpResponse:
    """What is said of a spectrum, and saying more."""
    return talk.comments(request, OF_SPECTRA, (name, spectrum_id))


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: ViewerRequest, name: str, spectrum_id: int, comment_id: int) -> HttpResponse:
    """One comment in a form, and changing it."""
    return talk.comment(request, OF_SPECTRA, (name, spectrum_id), comment_id)


@login_required
@require_POST
def delete(request: ViewerRequest, name: str, spectrum_id: int, comment_id: int) -> HttpResponse:
    return talk.delete(request, OF_SPECTRA, (name, spectrum_id), comment_id)


@login_required
@require_POST
def put_back(request: ViewerRequest, name: str, spectrum_id: int, receipt: str) -> HttpResponse:
    return talk.put_back(request, OF_SPECTRA, (name, spectrum_id), receipt)


@login_required
@require_GET
def attachment(request: ViewerRequest, name: str, spectrum_id: int, comment_id: int) -> HttpResponse:
    """The fragment that shows what is attached, or says why it cannot be shown."""
    spectrum = spectrum_of(request.viewer, name, spectrum_id)
    file, body = said.attachment(request.viewer, comment_id, str(spectrum_id), on=SPECTRA)
    here = OF_SPECTRA.look(spectrum, comment_id)
    return attachments.shown(request, file, body, here, OF_SPECTRA.file_address(spectrum, comment_id))


@login_required
@require_GET
def picture(request: ViewerRequest, name: str, spectrum_id: int, comment_id: int) -> HttpResponse:
    """A FITS image as a PNG."""
    spectrum_of(request.viewer, name, spectrum_id)
    return attachments.picture(request, said.attachment(request.viewer, comment_id, str(spectrum_id), on=SPECTRA)[1])
