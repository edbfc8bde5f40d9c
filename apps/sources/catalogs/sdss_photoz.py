"""Photometric and spectroscopic redshifts of SDSS DR16 (VizieR V/154)."""

from __future__ import annotations

from . import catalogs
from .protocols import VizieR


@catalogs.add
class SdssRedshifts(VizieR):
    key = "sdss"
    label = "SDSS redshifts"
    sources = ("V/154/sdss16",)
    missing = (-9999.0,)
    columns = {"objID": "objid", "class": "class", "zsp": "z_spec", "zph": "z_phot", "e_zph": "z_phot_err"}
