"""The rest of a case's life: extensions, ends without an answer, bars, what supervision counts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# what stands already: how a closed case ended is in its journal; the park's last act is its last
# holding, or its raising; bad reviews are counted
FILL = """
UPDATE "case" SET acted_at = greatest(opened_at, (
    SELECT max(start_at) FROM case_holding WHERE case_holding.case_id = "case".id));
UPDATE "case" SET outcome = coalesce((
    SELECT payload->>'how' FROM journal_event
    WHERE stream = 'case:' || "case".id AND kind = 'casework.case_closed'
    ORDER BY seq DESC LIMIT 1), 'evaluated')
WHERE state = 'closed';
UPDATE "case" SET bad_reviews = (
    SELECT count(*) FROM evaluation WHERE evaluation.case_id = "case".id AND level <= 2)
WHERE answered_at IS NOT NULL;
-- what the rows owe is asked now: a table with questions open cannot be altered
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0003_pause_ground'),
        ('foundation', '0002_journal_guard'),
        ('organisation', '0001_initial'),
        ('registry', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseBar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grantee', models.CharField(max_length=24)),
            ],
            options={
                'db_table': 'case_bar',
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
                ('amount', models.DecimalField(decimal_places=1, max_digits=7)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('is_granted', models.BooleanField(default=False)),
                ('decision', models.CharField(blank=True, max_length=500)),
                ('due_before', models.DateTimeField()),
                ('due_after', models.DateTimeField()),
            ],
            options={
                'db_table': 'case_extension',
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_answered_before_evaluation',
        ),
        migrations.AddField(
            model_name='attachment',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='removed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='removed_reason',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='case',
            name='acted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='bad_reviews',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='escalation',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='is_supervised',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='casework.case'),
        ),
        migrations.AddField(
            model_name='case',
            name='outcome',
            field=models.CharField(blank=True, choices=[('evaluated', '企业已评价'), ('called_back', '回访后办结'), ('unrated', '到期未评价'), ('not_accepted', '不予受理'), ('merged', '并入另一件'), ('withdrawn', '企业撤回')], max_length=12),
        ),
        migrations.AddField(
            model_name='case',
            name='reopened',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='clockrecord',
            name='escalated_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clockrecord',
            name='warned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='is_named',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='clockrecord',
            name='purpose',
            field=models.CharField(choices=[('sign', '签收'), ('contact', '联系企业'), ('plan', '给出办理计划'), ('resolve', '办结'), ('evaluate', '评价'), ('work', '协办'), ('supervise', '督办答复')], max_length=12),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='case',
            name='acted_at',
            field=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by__isnull', True), ('removed_reason', '')), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), models.Q(('removed_reason', ''), _negated=True)), _connector='OR'), name='attachment_removed_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'dispatched', 'in_progress']), ('answered_at__isnull', False), models.Q(('outcome__in', ['not_accepted', 'merged', 'withdrawn']), ('state', 'closed')), _connector='OR'), name='case_answered_before_evaluation'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('outcome', '')), _connector='OR'), name='case_closed_with_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('outcome', 'merged')), models.Q(models.Q(('outcome', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='case_merged_into_another'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='case_not_merged_into_itself'),
        ),
        migrations.AddField(
            model_name='casebar',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bars', to='casework.case'),
        ),
        migrations.AddField(
            model_name='extension',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer'),
        ),
        migrations.AddField(
            model_name='extension',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='casework.case'),
        ),
        migrations.AddField(
            model_name='extension',
            name='clock',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='casework.clockrecord'),
        ),
        migrations.AddField(
            model_name='extension',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer'),
        ),
        migrations.AddField(
            model_name='extension',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer'),
        ),
        migrations.AddConstraint(
            model_name='casebar',
            constraint=models.UniqueConstraint(fields=('grantee', 'case'), name='case_bar_once'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True), ('is_granted', True), _connector='OR'), fields=('case',), name='extension_once'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='extension_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('decided_at__isnull', False), ('is_granted', False), _connector='OR'), name='extension_granted_by_decision'),
        ),
    ]
