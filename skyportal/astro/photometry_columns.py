"""What the columns of a table of photometry are: guessed from their names, from their values where those are mute."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .bandpasses import BANDPASSES
from .cells import is_number
from .photometry_tables import TextTable
from .time import mjd_of

FIELDS = {
    "mjd": "MJD", "jd": "JD", "date": "date (UTC)", "filter": "band", "mag": "magnitude", "magerr": "magnitude error",
    "limiting_mag": "limiting magnitude", "flux": "flux", "fluxerr": "flux error", "zp": "zero-point of the flux",
    "magsys": "magnitude system", "instrument": "instrument", "origin": "origin", "obj_id": "source",
    "ra": "RA (°)", "dec": "Dec (°)", "ra_unc": "RA error (″)", "dec_unc": "Dec error (″)",
    "ref_flux": "reference flux", "ref_fluxerr": "reference flux error", "magref": "reference magnitude",
    "e_magref": "reference magnitude error", "exposure": "exposure time (s)", "keep": "keep beside the point",
}  # fmt: skip

_SAID = {
    "mjd": "mjd|hmjd|bmjd|mjd_obs|obsmjd|midpointmjd", "jd": "jd|hjd|bjd|jd_obs",
    "date": "date|utc|datetime|isot|date_obs|dateobs|obsdate|obs_date|t_utc",
    "filter": "filter|band|bandpass|filt|flt|f|fil|passband",
    "mag": "mag|magnitude|magpsf|m|mag_ab|abmag|cmagpsf|psfmag|mag_auto",
    "magerr": "magerr|mag_err|e_mag|emag|magnitude_error|mag_error|sigmapsf|dm|dmag|err|error|mag_unc|merr|sigma_mag",
    "limiting_mag": "limiting_mag|limmag|maglim|diffmaglim|limit|mag5sig|ul|upper_limit|lim_mag|limiting_magnitude",
    "flux": "flux|fluxcal|ujy|flux_ujy|fnu|forcediffimflux|psflux",
    "fluxerr": "fluxerr|flux_err|fluxcalerr|dujy|e_flux|flux_error|flux_ujy_err|forcediffimfluxunc|psfluxerr",
    "zp": "zp|zeropoint|zero_point|magzp", "magsys": "magsys|mag_sys|system|photsys",
    "instrument": "instrument|instrument_name|instrument_id|inst|camera", "origin": "origin|source_of_data|pipeline",
    "obj_id": "obj_id|objid|object|object_id|objectid|source|name|target|source_id|snid|cid",
    "ra": "ra|raj2000|ra_deg|objra",
    "dec": "dec|decl|dej2000|dec_deg|objdec", "ra_unc": "ra_unc|ra_err|e_ra", "dec_unc": "dec_unc|dec_err|e_dec",
    "ref_flux": "ref_flux|reference_flux", "ref_fluxerr": "ref_fluxerr|reference_fluxerr", "magref": "magref|magnr",
    "e_magref": "e_magref|sigmagnr", "exposure": "exposure|exptime|exp_time|exposure_time|texp|t_exp",
}  # fmt: skip
_BY_NAME = {name: field for field, names in _SAID.items() for name in names.split("|")}


def guessed(table: TextTable) -> dict[str, str]:
    """By column, the field it seems to be, "" where nothing is said; no field twice.

    Examples
    --------
    >>> from .photometry_tables import TextTable
    >>> guessed(TextTable(["MJD", "Filter", "mag", "e_mag"], [["60000", "g", "18", "0.1"]]))
    {'MJD': 'mjd', 'Filter': 'filter', 'mag': 'mag', 'e_mag': 'magerr'}
    """
    fields: dict[str, str] = {}
    for name in table.names:
        field = _BY_NAME.get(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"), "")
        field = field or ("date" if name.lower() in ("time", "t", "epoch") else "")
        fields[name] = "" if field in fields.values() else field
    if all(name.startswith("column ") for name in table.names):
        fields = _by_values(table)
    for name, field in fields.items():
        if field in ("mjd", "jd", "date"):
            fields[name] = _time_of(table.column(name)) or field
    return fields


def _time_of(cells: list[str]) -> str:
    """mjd, jd or date, as the first cell looks; "" where it looks like none."""
    cell = next((c for c in cells if c), "")
    if re.match(r"\d{4}-\d\d?-\d\d?", cell):
        return "date"
    try:
        return "jd" if float(cell) > 2_000_000 else "mjd"
    except ValueError:
        return ""


def _by_values(table: TextTable) -> dict[str, str]:
    """Columns without names: a time, a band, then a magnitude and its error."""
    fields = dict.fromkeys(table.names, "")
    wanted = ["time", "filter", "mag", "magerr"]
    for name in table.names:
        cells = [cell for cell in table.column(name)[:50] if cell]
        if not cells:
            continue
        time = _time_of(cells)
        if "time" in wanted and (time == "date" or (time and float(cells[0]) > 30_000)):
            fields[name] = time
            wanted.remove("time")
        elif "filter" in wanted and not any(map(is_number, cells)) and time != "date":
            fields[name] = "filter"
            wanted.remove("filter")
        elif is_number(cells[0]) and (left := [w for w in wanted if w.startswith("mag")]):
            fields[name] = left[0]
            wanted.remove(left[0])
    return fields


def implied_zeropoint(flux_column: str) -> float | None:
    """The AB zero-point that the name of a flux column stands for: µJy, nJy, or SNANA's FLUXCAL.

    Examples
    --------
    >>> implied_zeropoint("FLUXCAL"), implied_zeropoint("uJy"), implied_zeropoint("flux")
    (27.5, 23.9, None)
    """
    name = flux_column.lower()
    return {"fluxcal": 27.5, "psflux": 31.4}.get(name) or (23.9 if "ujy" in name else 31.4 if "njy" in name else None)


def guessed_band(name: str, filters: list[str]) -> str:
    """The bandpass a table's word for a band stands for, among an instrument's filters; "" where that is not plain.

    Of two that it could be, a capital letter means the one of Johnson, Cousins and Bessell, a small one the other.

    Examples
    --------
    >>> guessed_band("g", ["ztfg", "ztfr"]), guessed_band("o", ["atlasc", "atlaso"]), guessed_band("g", [])
    ('ztfg', 'atlaso', '')
    >>> guessed_band("r", ["bessellr", "sdssr"]), guessed_band("R", ["bessellr", "sdssr"])
    ('sdssr', 'bessellr')
    >>> guessed_band("zg", ["ztfg", "ztfr"]), guessed_band("ZTF_r", ["ztfg", "ztfr"]), guessed_band("c-o", ["atlaso"])
    ('ztfg', 'ztfr', '')
    """
    if name in BANDPASSES:
        return name
    bare = name.strip().strip("'").removesuffix("-band")
    if bare in BANDPASSES:
        return bare
    ends = [f for f in filters if f.endswith(bare)] or [f for f in filters if f.lower().endswith(bare.lower())]
    if not ends:  # zg, ZTF_r, PS1-i: the survey in short, then the band
        *survey, band = [letter for letter in bare.lower() if letter.isalnum()] or [""]
        ends = [f for f in filters if survey and f.startswith("".join(survey)) and f.endswith(band)]
    if len(ends) > 1:
        ends = [f for f in ends if f.startswith("bessell") == bare.isupper()]
    return ends[0] if len(ends) == 1 and bare else ""


def mjd_in(cell: str, field: str) -> float:
    """The MJD of a cell of a time column ("mjd", "jd" or "date"); ValueError where it is none.

    Examples
    --------
    >>> mjd_in("2459411.5", "jd"), mjd_in("2017-08-18T00:00:00.000", "date"), mjd_in("60000.25", "mjd")
    (59411.0, 57983.0, 60000.25)
    """
    if field == "date":
        moment = datetime.fromisoformat(cell.strip().replace("Z", "+00:00").replace("/", "-"))
        return mjd_of(moment.astimezone(UTC) if moment.tzinfo else moment)
    return float(cell) - (2_400_000.5 if field == "jd" else 0)
