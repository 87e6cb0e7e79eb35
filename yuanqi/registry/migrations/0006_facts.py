"""Facts: what is said of an enterprise with source, day and evidence; the park's own fields."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0006_standing'),
        ('registry', '0005_ways_into_the_register'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ParkField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('type', models.CharField(choices=[('number', '数字'), ('boolean', '是否'), ('string', '文字'), ('date', '日期')], max_length=8)),
                ('label', models.CharField(max_length=60)),
                ('label_en', models.CharField(blank=True, max_length=100)),
                ('unit', models.CharField(blank=True, max_length=20)),
                ('meaning', models.CharField(blank=True, max_length=200)),
                ('meaning_en', models.CharField(blank=True, max_length=300)),
                ('basis', models.CharField(blank=True, max_length=200)),
                ('formula', models.TextField(blank=True)),
                ('valid_days', models.PositiveIntegerField(blank=True, null=True)),
                ('is_fixed', models.BooleanField(default=False)),
                ('by_enterprise', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('retired_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'db_table': 'fact_field',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_days__isnull', True), ('valid_days__gt', 0), _connector='OR'), name='fact_field_term_positive')],
            },
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=60)),
                ('source', models.CharField(max_length=20)),
                ('as_of', models.DateField()),
                ('number', models.DecimalField(blank=True, decimal_places=4, max_digits=22, null=True)),
                ('text', models.CharField(blank=True, max_length=200, null=True)),
                ('boolean', models.BooleanField(blank=True, null=True)),
                ('day', models.DateField(blank=True, null=True)),
                ('stated_at', models.DateTimeField()),
                ('file_name', models.CharField(blank=True, db_default='', max_length=120)),
                ('note', models.CharField(blank=True, db_default='', max_length=200)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('returned_at', models.DateTimeField(blank=True, null=True)),
                ('return_reason', models.CharField(blank=True, db_default='', max_length=200)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='registry.enterprise')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='registry.project')),
                ('returned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'fact',
                'ordering': ['-as_of', '-id'],
                'indexes': [models.Index(condition=models.Q(('confirmed_at__isnull', True), ('returned_at__isnull', True)), fields=['stated_at', 'id'], name='fact_waiting'), models.Index(condition=models.Q(('confirmed_at__isnull', True), ('returned_at__isnull', True)), fields=['field', 'stated_at', 'id'], name='fact_waiting_field')],
                'constraints': [models.UniqueConstraint(fields=('enterprise', 'project', 'field', 'source', 'as_of'), name='fact_once', nulls_distinct=False), models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False)), fields=('enterprise', 'project', 'field', 'as_of'), name='fact_one_confirmed', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('boolean', None), ('day', None), ('number__isnull', False), ('text', None)), models.Q(('boolean', None), ('day', None), ('number', None), ('text__isnull', False)), models.Q(('boolean__isnull', False), ('day', None), ('number', None), ('text', None)), models.Q(('boolean', None), ('day__isnull', False), ('number', None), ('text', None)), _connector='OR'), name='fact_one_value'), models.CheckConstraint(condition=models.Q(('confirmed_at', None), ('returned_at', None), _connector='OR'), name='fact_one_word')],
            },
        ),
    ]
