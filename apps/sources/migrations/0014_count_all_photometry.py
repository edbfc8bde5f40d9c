"""Merge what was counted for each audience before there was a row for all of them."""

from django.db import migrations

MERGE = """
    insert into sources_photstataudiences (audiences)
    select distinct array_agg(audience_id order by audience_id) from sources_photstat group by obj_id;
    insert into sources_wholephotstat (
        obj_id, num_obs, num_det, num_det_no_forced, first_obs_mjd, last_obs_mjd, first_det_mjd, last_det_mjd,
        last_det_mag, first_det_no_forced_mjd, last_det_no_forced_mjd, peak_mag, combination_id)
    select obj_id, sum(num_obs), sum(num_det), sum(num_det_no_forced), min(first_obs_mjd), max(last_obs_mjd),
        min(first_det_mjd), max(last_det_mjd),
        (max(array[last_det_mjd, last_det_mag]) filter (where last_det_mjd is not null))[2],
        min(first_det_no_forced_mjd), max(last_det_no_forced_mjd), min(peak_mag),
        (select id from sources_photstataudiences c where c.audiences = array_agg(part.audience_id order by part.audience_id))
    from sources_photstat part group by obj_id order by obj_id
"""


def merge(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MERGE)


class Migration(migrations.Migration):
    dependencies = [("sources", "0013_figures_of_all_photometry")]
    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
