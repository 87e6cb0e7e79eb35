"""Several limits that one unit passes on one case share one escalation: one account, not three."""

import django.db.models.deletion
from django.db import migrations, models

# those that wait for an account of the same unit become the first of them
FOLD = """
INSERT INTO supervision_passed_limit (clock_id, supervision_id)
SELECT clock_id,
    CASE WHEN replied_at IS NULL AND ended_at IS NULL
        THEN min(id) OVER (PARTITION BY case_id, unit_id, replied_at IS NULL AND ended_at IS NULL)
        ELSE id END
FROM supervision WHERE clock_id IS NOT NULL;
DELETE FROM supervision WHERE clock_id IS NOT NULL
    AND id NOT IN (SELECT supervision_id FROM supervision_passed_limit);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_rest_of_life'),
        ('organisation', '0001_initial'),
        ('supervision', '0001_register'),
    ]

    operations = [
        migrations.CreateModel(
            name='PassedLimit',
            fields=[
                ('clock', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='passed', serialize=False, to='casework.clockrecord')),
                ('supervision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passed_limits', to='supervision.supervision')),
            ],
            options={
                'db_table': 'supervision_passed_limit',
            },
        ),
        migrations.RunSQL(FOLD, migrations.RunSQL.noop),
        # what the fold leaves to check is checked before the table changes
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='supervision',
            name='supervision_one_open_demand',
        ),
        migrations.RemoveConstraint(
            model_name='supervision',
            name='supervision_by_a_limit_or_by_somebody',
        ),
        migrations.RemoveField(
            model_name='supervision',
            name='clock',
        ),
        migrations.AddConstraint(
            model_name='supervision',
            constraint=models.UniqueConstraint(condition=models.Q(('by__isnull', False), ('ended_at__isnull', True)), fields=('case',), name='supervision_one_open_demand'),
        ),
        migrations.AddConstraint(
            model_name='supervision',
            constraint=models.UniqueConstraint(condition=models.Q(('by__isnull', True), ('ended_at__isnull', True), ('replied_at__isnull', True)), fields=('case', 'unit'), name='supervision_one_waiting_escalation'),
        ),
        migrations.AddConstraint(
            model_name='supervision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('ground', 'limit')), models.Q(models.Q(('ground', 'limit'), _negated=True), models.Q(('demand', ''), _negated=True), ('by__isnull', False)), _connector='OR'), name='supervision_by_a_limit_or_by_somebody'),
        ),
    ]
