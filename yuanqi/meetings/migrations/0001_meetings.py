"""Meetings: who is asked, what is talked over, what was decided and became of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('advice', '0001_advice_and_topics'),
        ('casework', '0013_access_in_order'),
        ('foundation', '0006_standing'),
        ('organisation', '0003_line_changes'),
        ('promises', '0001_promises'),
        ('registry', '0010_contact_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('on_site', '集中现场办公'), ('salon', '沙龙')], max_length=8)),
                ('title', models.CharField(max_length=80)),
                ('place', models.CharField(max_length=100)),
                ('trade', models.CharField(blank=True, max_length=60)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('called_at', models.DateTimeField()),
                ('called_off_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('summary', models.TextField(blank=True, max_length=4000)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='registry.area')),
                ('called_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings_hosted', to='organisation.officer')),
            ],
            options={
                'db_table': 'meeting',
                'ordering': ['-starts_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('open', '待议'), ('task', '在办'), ('done', '已办完'), ('dropped', '不做了'), ('refused', '不办'), ('request', '转为诉求'), ('advice', '转为建议')], default='open', max_length=8)),
                ('decision', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=500)),
                ('file_name', models.CharField(blank=True, max_length=160)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('told_step', models.SmallIntegerField(default=0)),
                ('advice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advice.advice')),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meeting_items', to='casework.case')),
                ('decided_owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meeting_items', to='registry.enterprise')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meeting_tasks', to='organisation.officer')),
                ('promise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='promises.promise')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='meetings.meeting')),
            ],
            options={
                'db_table': 'meeting_item',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('waiting', '还没回复'), ('comes', '参加'), ('declines', '不参加')], default='waiting', max_length=8)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('invited_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('came', models.BooleanField(blank=True, null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meeting_invitations', to='organisation.department')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='meetings.meeting')),
            ],
            options={
                'db_table': 'meeting_invitation',
                'ordering': ['department__position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Guest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_at', models.DateTimeField()),
                ('came', models.BooleanField(blank=True, null=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.contact')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='registry.enterprise')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guests', to='meetings.meeting')),
            ],
            options={
                'db_table': 'meeting_guest',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['-starts_at', '-id'], name='meeting_newest'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meeting_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('called_off_at__isnull', True), _connector='OR'), name='meeting_closed_or_called_off'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('called_off_at__isnull', True), ('reason', '')), models.Q(('called_off_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='meeting_called_off_with_a_reason'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('state', 'task')), fields=['due_on', 'id'], name='meeting_task_due'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(fields=('meeting', 'case'), name='meeting_takes_a_case_once'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='meeting_item_says'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='meeting_item_decided'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('task', 'done', 'dropped')), _negated=True), models.Q(('department__isnull', False), ('due_on__isnull', False), ('owner__isnull', False)), _connector='OR'), name='meeting_task_has_owner_and_day'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('done', 'dropped')), _negated=True), models.Q(('ended_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='meeting_task_ended_with_a_word'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('task', 'done', 'dropped', 'refused')), _negated=True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='meeting_item_decided_in_words'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('meeting', 'department'), name='meeting_invites_a_department_once'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', 'comes'), ('officer__isnull', False)), models.Q(models.Q(('answer', 'comes'), _negated=True), ('officer__isnull', True)), _connector='OR'), name='meeting_comes_with_a_name'),
        ),
        migrations.AddConstraint(
            model_name='guest',
            constraint=models.UniqueConstraint(fields=('meeting', 'enterprise'), name='meeting_invites_an_enterprise_once'),
        ),
    ]
