"""Visits: wished for, planned, done, with what was born on them; reminders, calendar links."""

import django.contrib.postgres.fields
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
        ('registry', '0009_contacts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('serial', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'visit_feed',
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('planned', '已约'), ('done', '已走访'), ('cancelled', '已取消')], max_length=12)),
                ('planned_on', models.DateField(blank=True, null=True)),
                ('planned_time', models.TimeField(blank=True, null=True)),
                ('purpose', models.CharField(blank=True, max_length=200)),
                ('cancel_reason', models.CharField(blank=True, max_length=200)),
                ('key', models.UUIDField(blank=True, null=True, unique=True)),
                ('happened_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('mode', models.CharField(blank=True, choices=[('onsite', '上门'), ('office', '来园区面谈'), ('video', '视频')], max_length=8)),
                ('met', models.CharField(blank=True, max_length=100)),
                ('production', models.CharField(blank=True, choices=[('多了', '多了'), ('持平', '持平'), ('少了', '少了')], max_length=4)),
                ('orders', models.CharField(blank=True, choices=[('多了', '多了'), ('持平', '持平'), ('少了', '少了')], max_length=4)),
                ('staff', models.CharField(blank=True, choices=[('多了', '多了'), ('持平', '持平'), ('少了', '少了')], max_length=4)),
                ('investment', models.CharField(blank=True, choices=[('多了', '多了'), ('持平', '持平'), ('少了', '少了')], max_length=4)),
                ('staff_count', models.IntegerField(blank=True, null=True)),
                ('capacity_use', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('talk', models.TextField(blank=True, max_length=4000)),
                ('policies', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('finance', '融资'), ('tax', '财税'), ('talent', '用工人才'), ('tech', '科技研发'), ('green', '环保节能'), ('safety', '安全生产'), ('trade', '进出口')], max_length=8), blank=True, default=list, size=None)),
                ('is_safety_reminded', models.BooleanField(default=False)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('is_right', models.BooleanField(null=True)),
                ('remark', models.CharField(blank=True, max_length=500)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contact', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit', to='registry.contact')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='registry.enterprise')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='organisation.officer')),
            ],
            options={
                'db_table': 'visit',
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='visiting.visit')),
            ],
            options={
                'db_table': 'visit_photo',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('advice', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit_item', to='advice.advice')),
                ('case', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit_item', to='casework.case')),
                ('promise', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit_item', to='promises.promise')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='visiting.visit')),
            ],
            options={
                'db_table': 'visit_item',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=200)),
                ('until_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visit_wishes', to='organisation.department')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visit_wishes', to='registry.enterprise')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visit_wishes', to='organisation.officer')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wishes', to='visiting.visit')),
            ],
            options={
                'db_table': 'visit_wish',
                'ordering': ['until_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('overdue', models.IntegerField()),
                ('due', models.IntegerField()),
                ('silent', models.IntegerField()),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.officer')),
            ],
            options={
                'db_table': 'visit_reminder',
                'constraints': [models.UniqueConstraint(fields=('officer', 'on'), name='visit_reminder_once')],
            },
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['enterprise', '-happened_at'], name='visit_of_enterprise'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['officer', 'planned_on'], name='visit_planned_of_officer'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['enterprise', 'planned_on'], name='visit_planned_at'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['officer', '-happened_at'], name='visit_of_officer'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'planned'), _negated=True), ('planned_on__isnull', False), _connector='OR'), name='visit_planned_for_a_day'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('happened_at__isnull', False), ('received_at__isnull', False)), _connector='OR'), name='visit_done_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('cancel_reason', ''), _negated=True), _connector='OR'), name='visit_cancelled_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), models.Q(('is_right__isnull', False), ('state', 'done')), _connector='OR'), name='visit_confirmed_when_done'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('advice', None), ('case__isnull', False), ('promise', None)), models.Q(('advice', None), ('case', None), ('promise__isnull', False)), models.Q(('advice__isnull', False), ('case', None), ('promise', None)), _connector='OR'), name='visit_item_is_one_thing'),
        ),
        migrations.AddIndex(
            model_name='wish',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('visit__isnull', True)), fields=['enterprise', 'until_on'], name='visit_wish_open'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='visit_wish_says_what_for'),
        ),
    ]
