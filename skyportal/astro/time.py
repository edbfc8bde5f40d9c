"""Times: UTC throughout, MJD for measurements."""

from datetime import UTC, datetime, timedelta

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)


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
