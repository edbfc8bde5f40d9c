"""The Million Quasars catalogue (Flesch 2023, VizieR VII/294)."""

from __future__ import annotations

from . import catalogs
from .protocols import VizieR


@catalogs.add
class Milliquas(VizieR):
    key = "vizier"
    label = "Million Quasars"
    sources = ("VII/294", "VII/290")
    columns = {"Name": "name", "Type": "type", "Rmag": "r_mag", "Bmag": "b_mag", "z": "redshift"}
