"""One row for each saved obj of what lists ask of it, kept by the database.

Three tables feed it: who saved it (`sources_source`), the obj, and what is counted of its photometry
(`sources_wholephotstat`). Each has a trigger, so that no writer can forget it: actions, the admin console, a restored
backup, a line of SQL.

Two transactions may change one obj at once, and neither sees what the other has not committed. So who changes saves
first holds, in order of the objs, the obj itself (against a change of its redshift) and its row of figures (which is
what counting photometry holds), and reads only then; a statement in a function that is volatile sees all that was
committed before it began.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FIGURES = (
    "num_obs", "num_det", "num_det_no_forced", "first_obs_mjd", "last_obs_mjd", "first_det_mjd", "last_det_mjd",
    "last_det_mag", "first_det_no_forced_mjd", "last_det_no_forced_mjd", "peak_mag", "combination_id",
)  # fmt: skip
_OWN = ("group_ids", "name", "redshift", "hpx", *FIGURES)


def _of(table, columns=FIGURES):
    return ", ".join(f"{table}.{column}" for column in columns)


LIST = f"""
create function sources_list(ids integer[], are_deleted boolean) returns void language plpgsql as $$
begin
    perform from sources_obj where id = any(ids) order by id for share;
    if are_deleted then  -- the obj itself may be going: nothing is made for it
        perform from sources_wholephotstat where obj_id = any(ids) order by obj_id for update;
    else
        insert into sources_wholephotstat as whole (obj_id, num_obs, num_det, num_det_no_forced)
        select id, 0, 0, 0 from sources_obj where id = any(ids) order by id
        on conflict (obj_id) do update set num_obs = whole.num_obs;
    end if;
    insert into sources_listedobj as listed (obj_id, {", ".join(_OWN)})
    select o.id, saved.group_ids, o.name, o.redshift, o.hpx, coalesce(w.num_obs, 0), coalesce(w.num_det, 0),
        coalesce(w.num_det_no_forced, 0), {_of("w", FIGURES[3:])}
    from (
        select obj_id, coalesce(array_agg(group_id order by group_id) filter (where active), '{{}}') as group_ids
        from sources_source where obj_id = any(ids) and (active or requested) group by obj_id
    ) as saved
    join sources_obj o on o.id = saved.obj_id
    left join sources_wholephotstat w on w.obj_id = o.id
    order by o.id
    on conflict (obj_id) do update set {", ".join(f"{column} = excluded.{column}" for column in _OWN)};
    delete from sources_listedobj listed where obj_id = any(ids) and not exists (
        select from sources_source s where s.obj_id = listed.obj_id and (s.active or s.requested)
    );
end $$
"""

ON_SAVES = """
create function sources_saves_changed() returns trigger language plpgsql as $$
declare ids integer[];
begin
    case tg_op
        when 'INSERT' then select array_agg(distinct obj_id) into ids from new_rows;
        when 'DELETE' then select array_agg(distinct obj_id) into ids from old_rows;
        else
            select array_agg(distinct moved.obj_id) into ids
            from new_rows n join old_rows o on o.id = n.id
            cross join lateral (values (n.obj_id), (o.obj_id)) as moved(obj_id)
            where (n.obj_id, n.group_id, n.active, n.requested)
                is distinct from (o.obj_id, o.group_id, o.active, o.requested);
    end case;
    if ids is not null then
        perform sources_list(ids, tg_op = 'DELETE');
    end if;
    return null;
end $$;
create trigger list_inserted after insert on sources_source
    referencing new table as new_rows for each statement execute function sources_saves_changed();
create trigger list_updated after update on sources_source
    referencing old table as old_rows new table as new_rows for each statement execute function sources_saves_changed();
create trigger list_deleted after delete on sources_source
    referencing old table as old_rows for each statement execute function sources_saves_changed()
"""

ON_OBJS = """
create function sources_obj_changed() returns trigger language plpgsql as $$
begin
    update sources_listedobj set name = new.name, redshift = new.redshift, hpx = new.hpx where obj_id = new.id;
    return null;
end $$;
create trigger list_changed after update of name, redshift, hpx on sources_obj for each row
    when ((old.name, old.redshift, old.hpx) is distinct from (new.name, new.redshift, new.hpx))
    execute function sources_obj_changed()
"""

ON_FIGURES = f"""
create function sources_figures_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        update sources_listedobj listed set num_obs = 0, num_det = 0, num_det_no_forced = 0,
            {", ".join(f"{column} = null" for column in FIGURES[3:])}
        from old_rows w where listed.obj_id = w.obj_id;
    else
        update sources_listedobj listed set {", ".join(f"{column} = w.{column}" for column in FIGURES)}
        from new_rows w
        where listed.obj_id = w.obj_id and ({_of("listed")}) is distinct from ({_of("w")});
    end if;
    return null;
end $$;
create trigger list_counted after insert on sources_wholephotstat
    referencing new table as new_rows for each statement execute function sources_figures_changed();
create trigger list_recounted after update on sources_wholephotstat
    referencing new table as new_rows for each statement execute function sources_figures_changed();
create trigger list_uncounted after delete on sources_wholephotstat
    referencing old table as old_rows for each statement execute function sources_figures_changed()
"""

THOSE_THAT_ARE = """
    select sources_list(array(select distinct obj_id from sources_source where active or requested), false)
"""

UNDONE = """
    drop trigger list_inserted on sources_source;
    drop trigger list_updated on sources_source;
    drop trigger list_deleted on sources_source;
    drop trigger list_changed on sources_obj;
    drop trigger list_counted on sources_wholephotstat;
    drop trigger list_recounted on sources_wholephotstat;
    drop trigger list_uncounted on sources_wholephotstat;
    drop function sources_saves_changed(), sources_obj_changed(), sources_figures_changed(), sources_list
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0016_transient_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListedObj',
            fields=[
                ('obj', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='sources.obj')),
                ('group_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='Groups that have it saved, in order.', size=None)),
                ('name', models.TextField()),
                ('redshift', models.FloatField(null=True)),
                ('hpx', models.BigIntegerField(help_text='Nested HEALPix index at order 29.', null=True)),
                ('num_obs', models.IntegerField(default=0)),
                ('num_det', models.IntegerField(default=0)),
                ('num_det_no_forced', models.IntegerField(default=0)),
                ('first_obs_mjd', models.FloatField(null=True)),
                ('last_obs_mjd', models.FloatField(null=True)),
                ('first_det_mjd', models.FloatField(null=True)),
                ('last_det_mjd', models.FloatField(null=True)),
                ('last_det_mag', models.FloatField(null=True)),
                ('first_det_no_forced_mjd', models.FloatField(null=True)),
                ('last_det_no_forced_mjd', models.FloatField(null=True)),
                ('peak_mag', models.FloatField(null=True)),
                ('combination', models.ForeignKey(db_index=False, help_text='Of whose points it counts.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sources.photstataudiences')),
            ],
            options={
                'indexes': [models.Index(fields=['first_det_mjd', 'last_det_mjd'], name='listed_detected'), models.Index(fields=['hpx'], name='listed_hpx')],
            },
        ),
        migrations.RunSQL("\n;\n".join([LIST, ON_SAVES, ON_OBJS, ON_FIGURES, THOSE_THAT_ARE]), UNDONE),
        migrations.RunSQL("alter table sources_listedobj set (fillfactor = 80)", migrations.RunSQL.noop),
    ]
