"""Size classes: what the rules say of each enterprise, with the figures that decided it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('registry', '0008_indicator_by_month'),
    ]

    operations = [
        migrations.CreateModel(
            name='EnterpriseSize',
            fields=[
                ('enterprise', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='size', serialize=False, to='registry.enterprise')),
                ('size', models.CharField(blank=True, choices=[('large', '大型'), ('medium', '中型'), ('small', '小型'), ('micro', '微型')], max_length=6)),
                ('figures', models.JSONField(default=dict)),
                ('since_on', models.DateField(null=True)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'enterprise_size',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('since_on__isnull', True), ('size', '')), models.Q(models.Q(('size', ''), _negated=True), ('since_on__isnull', False)), _connector='OR'), name='enterprise_size_since')],
            },
        ),
    ]
