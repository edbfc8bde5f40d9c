"""What is counted of photometry, per obj and audience."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from skyportal.astro.photometry import AB_ZEROPOINT, DETECTION_SNR, LIMIT_NSIGMA

from ..models import Photometry, PhotStat, WholePhotStat

_COUNT = f"""
    with points as (
        select p.obj_id, p.audience_id, p.mjd, b.name as bandpass, p.flags & {Photometry.FORCED} = 0 as alerted,
            p.flux <> 'NaN' and p.flux > 0 and p.flux >= {DETECTION_SNR} * p.fluxerr as detected,
            case when p.flux <> 'NaN' and p.flux > 0 then {AB_ZEROPOINT} - 2.5 * log(p.flux) end as mag,
            coalesce(p.limiting_mag, case when p.fluxerr > 0 and p.fluxerr < 'Infinity'
                then {AB_ZEROPOINT} - 2.5 * log({LIMIT_NSIGMA} * p.fluxerr) end) as depth
        from sources_photometry p join sources_bandpass b on b.id = p.bandpass_id
        where {{where}}
    )
    insert into sources_photstat as old (
        obj_id, audience_id, num_obs, num_det, num_det_no_forced, first_obs_mjd, last_obs_mjd,
        first_det_mjd, first_det_mag, first_det_bandpass, last_det_mjd, last_det_mag, last_det_bandpass,
        first_det_no_forced_mjd, last_det_no_forced_mjd, peak_mjd, peak_mag, peak_bandpass,
        faintest_mag, deepest_limit, mean_mag_sum, bandpasses, created_at, modified)
    select obj_id, audience_id, count(*), count(*) filter (where detected),
        count(*) filter (where detected and alerted), min(mjd), max(mjd),
        min(mjd) filter (where detected), (array_agg(mag order by mjd) filter (where detected))[1],
        (array_agg(bandpass order by mjd) filter (where detected))[1],
        max(mjd) filter (where detected), (array_agg(mag order by mjd desc) filter (where detected))[1],
        (array_agg(bandpass order by mjd desc) filter (where detected))[1],
        min(mjd) filter (where detected and alerted), max(mjd) filter (where detected and alerted),
        (array_agg(mjd order by mag) filter (where detected))[1], min(mag) filter (where detected),
        (array_agg(bandpass order by mag) filter (where detected))[1],
        max(mag) filter (where detected), max(depth) filter (where not detected),
        coalesce(sum(mag) filter (where detected), 0), array_agg(distinct bandpass), now(), now()
    from points group by obj_id, audience_id order by obj_id, audience_id
"""  # noqa: S608 - constants


def _taken(columns: Iterable[str], by: str, sign: str) -> list[str]:
    """Columns that follow the row whose ``by`` is the smaller (<) or larger (>)."""
    better = f"excluded.{by} is not null and (old.{by} is null or excluded.{by} {sign} old.{by})"
    return [f"{column} = case when {better} then excluded.{column} else old.{column} end" for column in columns]


_MERGE = "on conflict (obj_id, audience_id) do update set " + ", ".join(
    [
        *(f"{c} = old.{c} + excluded.{c}" for c in ("num_obs", "num_det", "num_det_no_forced", "mean_mag_sum")),
        *(f"{c} = least(old.{c}, excluded.{c})" for c in ("first_obs_mjd", "first_det_no_forced_mjd")),
        *(
            f"{c} = greatest(old.{c}, excluded.{c})"
            for c in ("last_obs_mjd", "last_det_no_forced_mjd", "faintest_mag", "deepest_limit")
        ),
        *_taken(("first_det_mjd", "first_det_mag", "first_det_bandpass"), "first_det_mjd", "<"),
        *_taken(("last_det_mjd", "last_det_mag", "last_det_bandpass"), "last_det_mjd", ">"),
        *_taken(("peak_mjd", "peak_mag", "peak_bandpass"), "peak_mag", "<"),
        "bandpasses = array(select distinct unnest(old.bandpasses || excluded.bandpasses) order by 1)",
        "modified = excluded.modified",
    ]
)


# The row of an obj's whole is its lock: whoever counts for an obj waits here for those who do, so that the whole is
# merged from rows that nobody else is changing. In order, so that nobody waits in a circle.
_HOLD = """
    insert into sources_wholephotstat as whole (obj_id, num_obs, num_det, num_det_no_forced)
    select obj_id, 0, 0, 0 from ({objs}) as wanted(obj_id) order by obj_id
    on conflict (obj_id) do update set num_obs = whole.num_obs returning obj_id
"""

_COMBINATIONS = """
    with held as (
        select distinct array_agg(audience_id order by audience_id) as audiences
        from sources_photstat where obj_id = any(%s) group by obj_id
    )
    insert into sources_photstataudiences (audiences)
    select audiences from held
    where not exists (select from sources_photstataudiences known where known.audiences = held.audiences)
"""

_WHOLE = """
    update sources_wholephotstat whole set
        num_obs = parts.num_obs, num_det = parts.num_det, num_det_no_forced = parts.num_det_no_forced,
        first_obs_mjd = parts.first_obs_mjd, last_obs_mjd = parts.last_obs_mjd,
        first_det_mjd = parts.first_det_mjd, last_det_mjd = parts.last_det[1], last_det_mag = parts.last_det[2],
        first_det_no_forced_mjd = parts.first_det_no_forced_mjd,
        last_det_no_forced_mjd = parts.last_det_no_forced_mjd, peak_mag = parts.peak_mag,
        combination_id = (select min(id) from sources_photstataudiences c where c.audiences = parts.audiences)
    from (
        select obj_id, sum(num_obs) as num_obs, sum(num_det) as num_det, sum(num_det_no_forced) as num_det_no_forced,
            min(first_obs_mjd) as first_obs_mjd, max(last_obs_mjd) as last_obs_mjd,
            min(first_det_mjd) as first_det_mjd,
            max(array[last_det_mjd, last_det_mag]) filter (where last_det_mjd is not null) as last_det,
            min(first_det_no_forced_mjd) as first_det_no_forced_mjd,
            max(last_det_no_forced_mjd) as last_det_no_forced_mjd, min(peak_mag) as peak_mag,
            array_agg(audience_id order by audience_id) as audiences
        from sources_photstat where obj_id = any(%s) group by obj_id
    ) as parts
    where whole.obj_id = parts.obj_id
"""


def count_upload(upload_id: int) -> None:
    """Add the points of a fresh upload to what is counted of their objs."""
    with connection.cursor() as cursor:
        objs = "select distinct obj_id from sources_photometry where upload_id = %s"
        cursor.execute(_HOLD.format(objs=objs), [upload_id])
        held = [row[0] for row in cursor.fetchall()]
        cursor.execute(_COUNT.format(where="p.upload_id = %s") + _MERGE, [upload_id])
        cursor.execute(_COMBINATIONS, [held])
        cursor.execute(_WHOLE, [held])


@transaction.atomic
def recount(obj_ids: Iterable[int]) -> None:
    """Count again from the points themselves, after some were changed or deleted; an upload that meets us waits or is
    waited for, so that nothing is counted twice or lost."""
    wanted = sorted(set(obj_ids))
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(objs="select id from sources_obj where id = any(%s)"), [wanted])
        cursor.execute("delete from sources_photstat where obj_id = any(%s)", [wanted])
        cursor.execute(_COUNT.format(where="p.obj_id = any(%s)") + _MERGE, [wanted])
        cursor.execute(_COMBINATIONS, [wanted])
        cursor.execute(_WHOLE, [wanted])
        cursor.execute(
            "delete from sources_wholephotstat whole where obj_id = any(%s)"
            " and not exists (select from sources_photstat part where part.obj_id = whole.obj_id)",
            [wanted],
        )


@transaction.atomic
def forget(obj_ids: Iterable[int]) -> None:
    """Forget what is counted of these objs."""
    wanted = sorted(set(obj_ids))
    for model in (WholePhotStat, PhotStat):
        model._default_manager.filter(obj__in=wanted).delete()
