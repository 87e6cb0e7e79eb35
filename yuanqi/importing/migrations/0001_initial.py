"""Imports: their files, findings, and what they brought."""

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
            name='ImportProgress',
            fields=[
                ('import_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('phase', models.CharField(max_length=12)),
                ('done', models.IntegerField(default=0)),
                ('total', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'import_progress',
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('enterprises', '企业'), ('contacts', '联系人'), ('indicators', '月度指标'), ('projects', '项目'), ('links', '挂钩关系'), ('officers', '干部')], max_length=12)),
                ('state', models.CharField(choices=[('matching', '核对列'), ('checking', '检查中'), ('checked', '等您确认'), ('writing', '写入中'), ('done', '已导入'), ('undoing', '撤销中'), ('undone', '已撤销'), ('discarded', '已放弃')], default='matching', max_length=12)),
                ('file_name', models.CharField(max_length=160)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('source', models.JSONField(default=dict)),
                ('head_line', models.IntegerField(default=1)),
                ('head', models.JSONField(default=list)),
                ('matching', models.JSONField(default=list)),
                ('rows', models.IntegerField(default=0)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('faults', models.IntegerField(default=0)),
                ('bad_rows', models.IntegerField(default=0)),
                ('fresh', models.IntegerField(default=0)),
                ('same', models.IntegerField(default=0)),
                ('known', models.IntegerField(default=0)),
                ('common_choice', models.CharField(choices=[('skip', '跳过'), ('update', '更新已有的'), ('new', '另外登记'), ('merge', '登记并把已有的并入')], default='skip', max_length=8)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('made', models.IntegerField(default=0)),
                ('changed', models.IntegerField(default=0)),
                ('merged', models.IntegerField(default=0)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'import',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=40)),
                ('row_id', models.BigIntegerField()),
                ('before', models.JSONField(null=True)),
                ('digest', models.CharField(max_length=32)),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='importing.import')),
            ],
            options={
                'db_table': 'import_entry',
            },
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.IntegerField()),
                ('column', models.SmallIntegerField(null=True)),
                ('head', models.CharField(blank=True, max_length=100)),
                ('value', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(max_length=30)),
                ('details', models.JSONField(default=dict)),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='found', to='importing.import')),
            ],
            options={
                'db_table': 'import_fault',
            },
        ),
        migrations.CreateModel(
            name='ImportMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.IntegerField()),
                ('how', models.CharField(max_length=6)),
                ('title', models.CharField(max_length=200)),
                ('existing_id', models.BigIntegerField()),
                ('existing', models.CharField(max_length=200)),
                ('changes', models.JSONField(default=list)),
                ('choice', models.CharField(blank=True, choices=[('skip', '跳过'), ('update', '更新已有的'), ('new', '另外登记'), ('merge', '登记并把已有的并入')], max_length=8)),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='importing.import')),
            ],
            options={
                'db_table': 'import_match',
            },
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done')), fields=('kind', 'sha256'), name='import_of_a_file_once'),
        ),
        migrations.AddIndex(
            model_name='importentry',
            index=models.Index(fields=['of', 'id'], name='import_entry_of'),
        ),
        migrations.AddIndex(
            model_name='importfault',
            index=models.Index(fields=['of', 'line', 'id'], name='import_fault_line'),
        ),
        migrations.AddConstraint(
            model_name='importmatch',
            constraint=models.UniqueConstraint(fields=('of', 'line'), name='import_match_line'),
        ),
    ]
