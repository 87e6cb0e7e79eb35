"""An index of the flagged cases, so that a list of them reads no others. Made while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('casework', '0005_list_indexes'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                condition=models.Q(
                    ('is_supervised', True),
                    ('escalation__gte', 1),
                    ('returns__gte', 2),
                    ('bad_reviews__gte', 2),
                    _connector='OR',
                ),
                fields=['-opened_at', '-id'],
                name='case_flagged',
            ),
        ),
    ]
