"""What is promised to enterprises: owner, day, evidence of keeping."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('foundation', '0006_standing'),
        ('organisation', '0003_line_changes'),
        ('registry', '0009_contacts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300)),
                ('occasion', models.CharField(choices=[('visit', '走访'), ('meeting', '会议'), ('agreement', '协议'), ('call', '电话')], max_length=12)),
                ('made_on', models.DateField()),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('open', '待兑现'), ('kept', '已兑现'), ('broken', '没有兑现'), ('withdrawn', '已撤回')], default='open', max_length=12)),
                ('handed_on', models.DateField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=500)),
                ('file_name', models.CharField(blank=True, max_length=160)),
                ('told_step', models.SmallIntegerField(default=0)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='organisation.department')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='registry.enterprise')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises_made', to='organisation.officer')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='organisation.officer')),
            ],
            options={
                'db_table': 'promise',
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['due_on', 'id'], name='promise_open_due'), models.Index(condition=models.Q(('state', 'open')), fields=['officer', 'due_on', 'id'], name='promise_open_of_officer'), models.Index(fields=['enterprise', '-made_on', '-id'], name='promise_of_enterprise'), models.Index(fields=['state', '-closed_at', '-id'], name='promise_closed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='promise_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='promise_closed_with_a_word')],
            },
        ),
    ]
