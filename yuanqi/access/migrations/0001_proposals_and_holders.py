"""What waits for a second person, and who bears an administrator's account."""

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
            name='Holder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='holder', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'account_holder',
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('grant', '授予'), ('revoke', '撤销'), ('reset', '重置密码')], max_length=8)),
                ('role', models.CharField(blank=True, max_length=32)),
                ('reason', models.CharField(max_length=200)),
                ('proposed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', '待第二人确认'), ('confirmed', '已确认'), ('refused', '已驳回'), ('withdrawn', '已撤回'), ('expired', '已过期')], default='open', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'role_proposal',
                'indexes': [models.Index(fields=['-proposed_at', '-id'], name='role_proposal_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('account', 'act', 'role'), name='role_proposal_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('act', 'reset'), ('role', '')), models.Q(models.Q(('act', 'reset'), _negated=True), models.Q(('role', ''), _negated=True)), _connector='OR'), name='role_proposal_names_a_role'), models.CheckConstraint(condition=models.Q(('act', 'revoke'), models.Q(('proposed_by', models.F('account')), _negated=True), _connector='OR'), name='role_proposal_for_another'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True), models.Q(('decided_by', models.F('account')), _negated=True)), _connector='OR'), name='role_proposal_two_persons')],
            },
        ),
    ]
