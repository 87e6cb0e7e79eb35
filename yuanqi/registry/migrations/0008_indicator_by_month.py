"""An index over the months of indicators, by which one month of all enterprises is read.

Made while others write: nobody waits for a big table.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("registry", "0007_packed_figures"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="indicator",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["month"], name="indicator_by_month", pages_per_range=32
            ),
        ),
    ]
