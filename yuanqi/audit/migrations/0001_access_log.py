"""Who read personal data, erasures of persons, what retention removed, verifications."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('before', models.DateTimeField()),
                ('removed', models.BigIntegerField()),
                ('failure', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'retention_run',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['kind', '-at'], name='retention_run_kind')],
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('whole', models.BooleanField(default=False)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('events', models.BigIntegerField(default=0)),
                ('streams', models.BigIntegerField(default=0)),
                ('seals', models.BigIntegerField(default=0)),
                ('first_break', models.TextField(blank=True)),
                ('seconds', models.FloatField(default=0)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'verification',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AccessRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('subject', models.CharField(max_length=64)),
                ('people', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('what', models.CharField(max_length=32)),
                ('count', models.IntegerField(default=1)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'access_read',
                'indexes': [models.Index(fields=['at', 'id'], name='access_read_at'), models.Index(fields=['account', 'at', 'id'], name='access_read_reader'), models.Index(fields=['subject', 'at', 'id'], name='access_read_subject'), django.contrib.postgres.indexes.GinIndex(fields=['people'], name='access_read_people')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('person_id', models.BigIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('asked', '待确认'), ('done', '已删除'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='asked', max_length=12)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('removed', models.JSONField(default=list)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'erasure',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('kind', 'person_id'), name='erasure_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('state', 'done'), _negated=True), _connector='OR'), name='erasure_by_two')],
            },
        ),
    ]
