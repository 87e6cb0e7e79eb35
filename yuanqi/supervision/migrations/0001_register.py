"""The register of supervision, reminders, and checks of closed cases."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casework', '0004_rest_of_life'),
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basket', models.CharField(choices=[('no-contact', '没联系就答复'), ('bad-review', '差评后办结'), ('unrated', '企业没评价'), ('long-paused', '暂停过久'), ('fast', '答复过快')], max_length=12)),
                ('at', models.DateTimeField()),
                ('is_ok', models.BooleanField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inspections', to='casework.case')),
            ],
            options={
                'db_table': 'supervision_inspection',
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['-at'], name='inspection_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_ok', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='inspection_says_what_is_wrong')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('words', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='casework.case')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('pause', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminder', to='casework.clockpause')),
            ],
            options={
                'db_table': 'supervision_reminder',
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['case', '-at'], name='reminder_case_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('officer__isnull', True), ('pause__isnull', False)), models.Q(('by__isnull', False), ('department__isnull', False), ('officer__isnull', False), ('pause__isnull', True)), _connector='OR'), name='reminder_of_the_park_or_the_enterprise')],
            },
        ),
        migrations.CreateModel(
            name='Supervision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(choices=[('limit', '超过时限'), ('overdue', '逾期没有办结'), ('refused', '属于本单位职责，推诿、拒不办理'), ('unsolved', '依法应当解决而没有解决'), ('bad-effect', '办理不当，造成不良影响')], max_length=12)),
                ('demand', models.CharField(blank=True, max_length=500)),
                ('began_at', models.DateTimeField()),
                ('rung', models.SmallIntegerField(default=1)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('warn_at', models.DateTimeField(blank=True, null=True)),
                ('limit_source', models.CharField(blank=True, max_length=200)),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
                ('passed_at', models.DateTimeField(blank=True, null=True)),
                ('reply', models.CharField(blank=True, max_length=1000)),
                ('replied_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ending', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.calendarversion')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supervisions', to='casework.case')),
                ('clock', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='escalation', to='casework.clockrecord')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('replied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
            ],
            options={
                'db_table': 'supervision',
                'ordering': ['began_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['due_at', 'id'], name='supervision_open_due'), models.Index(fields=['unit', 'began_at'], name='supervision_unit_began'), models.Index(fields=['-ended_at', '-id'], name='supervision_ended')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('clock__isnull', True), ('ended_at__isnull', True)), fields=('case',), name='supervision_one_open_demand'), models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('clock__isnull', False), ('ground', 'limit')), models.Q(models.Q(('ground', 'limit'), _negated=True), models.Q(('demand', ''), _negated=True), ('by__isnull', False), ('clock__isnull', True)), _connector='OR'), name='supervision_by_a_limit_or_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('replied_at__isnull', True), ('replied_by__isnull', True), ('reply', '')), models.Q(('replied_at__isnull', False), ('replied_by__isnull', False), models.Q(('reply', ''), _negated=True)), _connector='OR'), name='supervision_replied_by_somebody'), models.CheckConstraint(condition=models.Q(('rung__gte', 1)), name='supervision_rung_from_one')],
            },
        ),
    ]
