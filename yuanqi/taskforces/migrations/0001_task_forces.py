"""Task forces: their people, tasks, progress and minutes, and the report that closes them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casework', '0013_access_in_order'),
        ('organisation', '0003_line_changes'),
        ('registry', '0009_contacts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TaskForce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('enterprise', '企业专班'), ('project', '项目专班'), ('industry', '产业专班')], max_length=10)),
                ('name', models.CharField(max_length=60)),
                ('aim', models.CharField(max_length=500)),
                ('ground', models.CharField(blank=True, max_length=200)),
                ('opened_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
                ('report', models.TextField(blank=True, max_length=4000)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='task_forces', to='casework.case')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='task_forces', to='registry.enterprise')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forces_led', to='organisation.officer')),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='task_forces', to='registry.project')),
            ],
            options={
                'db_table': 'task_force',
                'ordering': ['-opened_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('progress', '进展'), ('talk', '讨论'), ('minutes', '会议纪要')], max_length=8)),
                ('text', models.TextField(max_length=4000)),
                ('held_on', models.DateField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('force', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='taskforces.taskforce')),
            ],
            options={
                'db_table': 'task_force_note',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_on', models.DateField()),
                ('left_on', models.DateField(blank=True, null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forces', to='organisation.officer')),
                ('force', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='taskforces.taskforce')),
            ],
            options={
                'db_table': 'task_force_member',
                'ordering': ['joined_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ForceTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200)),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('open', '在办'), ('done', '已完成'), ('dropped', '不做了')], default='open', max_length=8)),
                ('outcome', models.CharField(blank=True, max_length=500)),
                ('set_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('told_step', models.SmallIntegerField(default=0)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='force_tasks', to='organisation.officer')),
                ('force', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='taskforces.taskforce')),
            ],
            options={
                'db_table': 'task_force_task',
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='taskforce',
            index=models.Index(fields=['-moved_at', '-id'], name='task_force_moved'),
        ),
        migrations.AddIndex(
            model_name='taskforce',
            index=models.Index(fields=['enterprise'], name='task_force_of_enterprise'),
        ),
        migrations.AddConstraint(
            model_name='taskforce',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('enterprise__isnull', True), ('kind', 'industry'), ('project__isnull', True)), models.Q(('enterprise__isnull', False), ('kind', 'enterprise'), ('project__isnull', True)), models.Q(('enterprise__isnull', False), ('kind', 'project'), ('project__isnull', False)), _connector='OR'), name='task_force_of_something'),
        ),
        migrations.AddConstraint(
            model_name='taskforce',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('report', '')), models.Q(('closed_at__isnull', False), models.Q(('report', ''), _negated=True)), _connector='OR'), name='task_force_closed_with_a_report'),
        ),
        migrations.AddConstraint(
            model_name='taskforce',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('case',), name='task_force_once_a_case'),
        ),
        migrations.AddConstraint(
            model_name='taskforce',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('name',), name='task_force_name_once'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['force', '-at', '-id'], name='task_force_note_newest'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='task_force_note_says'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_on__isnull', False), ('kind', 'minutes')), models.Q(models.Q(('kind', 'minutes'), _negated=True), ('held_on__isnull', True)), _connector='OR'), name='task_force_minutes_of_a_day'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on__isnull', True)), fields=('force', 'officer'), name='task_force_member_once'),
        ),
        migrations.AddIndex(
            model_name='forcetask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['due_on', 'id'], name='task_force_task_due'),
        ),
        migrations.AddConstraint(
            model_name='forcetask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', ''), ('state', 'open')), models.Q(('ended_at__isnull', False), ('state__in', ('done', 'dropped')), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='task_force_task_ended_with_a_word'),
        ),
    ]
