"""Near-infrared surveys: Palomar Gattini-IR, WINTER, TURBO. Their J, H and K are on 2MASS's Vega system."""

from skyportal.astro.zeropoints import ab_offset

from .base import Survey
from .measures import Magnitudes

VEGA_TO_AB = {band: ab_offset(band, "vega") for band in ("2massj", "2massh", "2massks")}

_J = Magnitudes(time="jd", band=lambda record: "J", bands={"J": "2massj"}, to_ab=VEGA_TO_AB, limit="diffmaglim",
                exposure=("stackquadid", "subid"))  # fmt: skip
PGIR = Survey(
    key="pgir",
    label="Palomar Gattini-IR",
    instrument="PGIR",
    marks=("candidate.stackquadid", "candidate.subid", "candidate.magpsf"),
    names=("pgir.",),
    object_id=("objectId",),
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.jd",),
    detection=("candidate", _J),
    history=(("prv_candidates", _J),),
)

# WINTER's pipeline numbers its filters Y=1, J=2, Hs=3 (the schema's text still has the older 0 to 3).
_WINTER = Magnitudes(
    time="jd",
    bands={1: "ps1::y", 2: "2massj", 3: "2massh"},
    to_ab=VEGA_TO_AB,
    programid="programid",
    limit="diffmaglim",
)
WINTER = Survey(
    key="winter",
    label="WINTER",
    instrument="WINTER",
    marks=("objectid", "candid", "candidate.jd", "candidate.fid", "cutout_science"),
    object_id=("objectid",),
    candid=("candid",),
    ra=("candidate.ra",),
    dec=("candidate.dec",),
    time=("candidate.jd",),
    programid="candidate.programid",
    detection=("candidate", _WINTER),
    history=(("prv_candidates", _WINTER),),
    new=("cutout_science",),
    ref=("cutout_template",),
    sub=("cutout_difference",),
)

_EARLY = Magnitudes(
    time="jd",
    bands={0: "ps1::y", 1: "2massj", 2: "2massh", 3: "2massks"},
    to_ab=VEGA_TO_AB,
    programid="programid",
    limit="diffmaglim",
)


def _early(key: str, label: str, name: str) -> Survey:
    return Survey(
        key=key,
        label=label,
        instrument=key.upper(),
        marks=(),
        names=(name,),
        object_id=("objectId",),
        candid=("candidate.candid", "candid"),  # TURBO's top-level candid is 0 in every packet
        ra=("candidate.ra",),
        dec=("candidate.dec",),
        time=("candidate.jd",),
        programid="candidate.programid",
        detection=("candidate", _EARLY),
        history=(("prv_candidates", _EARLY),),
    )


TURBO = _early("turbo", "TURBO", "turbo.")
WINTER_2022 = _early("winter", "WINTER (before first light)", "winter.alert")
