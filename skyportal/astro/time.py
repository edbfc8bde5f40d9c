"""Times: UTC throughout, MJD for measurements."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
JD_OF_MJD = 2400000.5

# First MJD (UTC) on which TAI − UTC had this many seconds (IERS Bulletin C).
_LEAPS = [(44239, 19), (44786, 20), (45151, 21), (45516, 22), (46247, 23), (47161, 24), (47892, 25), (48257, 26),
          (48804, 27), (49169, 28), (49534, 29), (50083, 30), (50630, 31), (51179, 32), (53736, 33), (54832, 34),
          (56109, 35), (57204, 36), (57754, 37)]  # fmt: skip


def mjd_of(moment: datetime) -> float:
    """MJD (UTC, days) of an aware or naive-UTC datetime.

    Examples
    --------
    >>> mjd_of(datetime(2000, 1, 1, 12))
    51544.5
    """
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - MJD_EPOCH) / timedelta(days=1)


def datetime_of(mjd: float) -> datetime:
    """The aware UTC datetime of an MJD.

    Examples
    --------
    >>> datetime_of(51544.5).isoformat()
    '2000-01-01T12:00:00+00:00'
    """
    return MJD_EPOCH + timedelta(days=mjd)


def tai_from_utc(mjd: float) -> float:
    """MJD in TAI of an MJD in UTC: the way back from `utc_from_tai`.

    Examples
    --------
    >>> utc_from_tai(tai_from_utc(60924.25))
    60924.25
    """
    which = bisect_right(_LEAPS, mjd, key=lambda leap: leap[0]) - 1
    return mjd + _LEAPS[max(which, 0)][1] / 86400


def utc_from_tai(mjd_tai: float) -> float:
    """MJD in UTC of an MJD in TAI, with the leap second of its day (37 s since 2017).

    Parameters
    ----------
    mjd_tai : float, days; before 1980 the offset of 1980 is used

    Examples
    --------
    >>> round((60924.0 - utc_from_tai(60924.0)) * 86400, 3)
    37.0
    >>> round((57454.0 - utc_from_tai(57454.0)) * 86400, 3)
    36.0
    """
    which = bisect_right(_LEAPS, mjd_tai, key=lambda leap: leap[0] + leap[1] / 86400) - 1
    return mjd_tai - _LEAPS[max(which, 0)][1] / 86400


def utc_from_tcb(mjd_tcb: float) -> float:
    """MJD in UTC of an MJD in barycentric coordinate time (TCB), in which Gaia's light curves are dated.

    By IAU 2006 resolution B3; TDB and TT, which differ by less than 2 ms, are taken as one.

    Examples
    --------
    >>> round((56961.0697 - utc_from_tcb(56961.0697)) * 86400, 2)
    85.69
    """
    since = mjd_tcb - 43144.0003725
    tt = mjd_tcb - 1.550519768e-8 * since - 6.55e-5 / 86400
    return utc_from_tai(tt - 32.184 / 86400)
