"""Rules of the park and their versions."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import yuanqi.conditions.models
import yuanqi.organisation.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0002_closed_departments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Condition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('code', models.SlugField(max_length=60)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('subject', models.CharField(default='enterprise', max_length=20)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='organisation.department')),
            ],
            options={
                'db_table': 'condition',
                'ordering': ['kind', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ConditionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', '起草中'), ('submitted', '待确认'), ('sent_back', '已退回'), ('published', '已发布'), ('withdrawn', '已撤回')], default='draft', max_length=12)),
                ('text', models.TextField(max_length=10000)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('planned_to', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('cases', models.JSONField(default=list)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('is_shipped', models.BooleanField(default=False)),
                ('written_by', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('drafted_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_reason', models.CharField(blank=True, max_length=200)),
                ('condition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='conditions.condition')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'condition_version',
                'ordering': ['-number'],
            },
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.UniqueConstraint(fields=('kind', 'code'), name='condition_once'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='condition_named'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=models.UniqueConstraint(fields=('condition', 'number'), name='condition_version_once'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'sent_back'])), fields=('condition',), name='condition_one_open_version'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('decided_at__isnull', False), ('valid_from__isnull', False)), _connector='OR'), name='condition_published_from_a_day'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='condition_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), yuanqi.conditions.models.NoneOf(models.F('decided_by'), models.F('written_by')), _connector='OR'), name='condition_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='conditionversion',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'published')), expressions=[(yuanqi.organisation.models.Same('condition_id'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='condition_no_overlap'),
        ),
    ]
