"""What missions and their events are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

STREAMS = {
    "LVC": "LVC", "LVK": "LVC", "IGWN": "LVC", "FERMI": "Fermi", "SWIFT": "Swift", "AMON": "AMON", "ICECUBE": "IceCube",
    "INTEGRAL": "INTEGRAL", "MAXI": "MAXI", "CALET": "CALET", "MOA": "MOA", "GECAM": "GECAM", "HAWC": "HAWC",
    "EINSTEIN_PROBE": "Einstein Probe", "SVOM": "SVOM", "CHIME": "CHIME", "DSA110": "DSA-110", "KM3NET": "KM3NeT",
    "SUPERK": "Super-Kamiokande", "SK": "Super-Kamiokande", "BURSTCUBE": "BurstCube", "GLOWBUG": "Glowbug",
    "BOOM": "BOOM", "HEASARC": "HEASARC", "SNEWS": "SNEWS", "AGILE": "AGILE", "SUZAKU": "Suzaku", "HETE": "HETE",
    "RXTE": "RXTE", "IPN": "IPN", "ALEXIS": "ALEXIS", "NEAR": "NEAR",
}  # fmt: skip
"""How this site names them, whatever the notice's spelling."""

PREFIXES = {"Einstein Probe": "EP", "DSA-110": "DSA110", "Super-Kamiokande": "SK"}
_BURST = re.compile(r"\bbn\d{9}\b|(?<=_)bn\d{9}(?!\d)")


def prefix(stream: str) -> str:
    """What stands before the # of an alias."""
    return PREFIXES.get(stream, stream.upper().replace(" ", ""))


def aliases(
    stream: str, trigger: str | None, dateobs: datetime | None, text: str = "", also: Iterable[str] = ()
) -> tuple[str, ...]:
    """Names as the public API has them: LVC#S190814bv, FERMI#bn180116026.

    Fermi's burst number is taken from the notice's text where an address there holds it, else from the trigger's time.
    """
    found = [trigger] if trigger else []
    if stream == "Fermi":
        found = (
            [number[0]]
            if (number := _BURST.search(text))
            else [burst_number(dateobs)]
            if dateobs and trigger
            else found
        )
    kept = [re.sub(r"\s+", "", name) for name in (*found, *also) if name.strip()]
    return tuple(dict.fromkeys(f"{prefix(stream)}#{name}"[:100] for name in kept))


def burst_number(moment: datetime) -> str:
    """Fermi's name of a burst: its date, and the day's fraction in thousandths.

    Examples
    --------
    >>> burst_number(datetime(2018, 1, 16, 0, 36, 52, 810000))
    'bn180116026'
    """
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return f"bn{moment:%y%m%d}{min(999, round(1000 * seconds / 86400)):03d}"
