from django.db import migrations, models

# what is read from an index alone was vacuumed since it was written: soon, because the newest maps are asked most
SOON = "alter table gcn_tile set (autovacuum_vacuum_insert_scale_factor = 0.01)"
USUAL = "alter table gcn_tile reset (autovacuum_vacuum_insert_scale_factor)"


class Migration(migrations.Migration):
    """A position is looked up in all maps from the index alone: of the tiles of one cell, each lies on another page."""

    dependencies = [("gcn", "0014_pairs_within_maps")]
    operations = [
        migrations.RemoveIndex(model_name="tile", name="gcn_tile_cell"),
        migrations.AddIndex(
            model_name="tile",
            index=models.Index(
                fields=["lo", "hi", "localization"], name="gcn_tile_cell",
                include=("density", "level", "distmu", "distsigma", "distnorm"),
            ),
        ),
        migrations.RunSQL(SOON, USUAL),
    ]  # fmt: skip
