"""A department may be closed, and merged into another; there is one service centre.

Two columns without a default, two constraints over a table of some dozen rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='department',
            name='closed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='department',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='organisation.department'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), ('kind', 'centre')), fields=('kind',), name='department_one_centre'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('closed_at__isnull', False), models.Q(('merged_into', models.F('id')), _negated=True)), _connector='OR'), name='department_merged_when_closed'),
        ),
    ]
