"""Photometric redshifts of the Legacy Surveys (Zhou et al. 2021), from NOIRLab's Astro Data Lab."""

from __future__ import annotations

from . import catalogs
from .base import MOST_MATCHES, Ask
from .protocols import Tap


@catalogs.add
class LegacyRedshifts(Tap):
    key = "datalab"
    label = "Legacy Survey photo-z"
    address = "https://datalab.noirlab.edu/tap/sync"
    sources = ("ls_dr9", "ls_dr10", "ls_dr8")
    missing = (-99.0,)
    columns = {
        "ls_id": "ls_id", "ra": "ra", "dec": "dec", "type": "type", "z_phot_mean": "z_phot", "z_phot_std": "z_phot_err",
        "z_spec": "z_spec", "mag_z": "mag_z",
    }  # fmt: skip

    def adql(self, ask: Ask) -> str:
        release = self.source(ask)
        return (
            f"SELECT TOP {MOST_MATCHES} t.ls_id, t.ra, t.dec, t.type, t.mag_z, p.z_phot_mean, p.z_phot_std, p.z_spec "  # noqa: S608 - a release from our own list
            f"FROM {release}.tractor AS t JOIN {release}.photo_z AS p ON t.ls_id = p.ls_id "
            f"WHERE 't' = Q3C_RADIAL_QUERY(t.ra, t.dec, {ask.ra:.7f}, {ask.dec:.7f}, {ask.radius / 3600:.8f})"
        )
