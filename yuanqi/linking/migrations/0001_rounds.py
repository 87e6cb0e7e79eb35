"""Rounds of links: scopes, seats, draft pairs, variants; wishes; hand-overs."""


import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0003_line_changes'),
        ('registry', '0008_indicator_by_month'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('year', models.SmallIntegerField()),
                ('state', models.CharField(choices=[('draft', '草稿'), ('published', '已发布')], default='draft', max_length=10)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('is_everyone', models.BooleanField(default=False)),
                ('industries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None)),
                ('lists', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('titles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('stages', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, size=None)),
                ('leader_capacity', models.SmallIntegerField()),
                ('head_capacity', models.SmallIntegerField()),
                ('deputy_capacity', models.SmallIntegerField()),
                ('revision', models.IntegerField(default=0)),
                ('taken', models.CharField(blank=True, max_length=10)),
                ('drafted_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='linking.round')),
                ('deputies', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'linking_round',
                'ordering': ['-from_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RoundLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None)),
                ('effort', models.FloatField(default=1.0)),
                ('projects', models.SmallIntegerField(default=0)),
                ('is_by_hand', models.BooleanField(default=False)),
                ('why', models.JSONField(default=dict)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('lead_before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pairs', to='linking.round')),
                ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('second_before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
            ],
            options={
                'db_table': 'linking_round_link',
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('leader', '园区领导'), ('head', '部门负责人'), ('deputy', '人大代表')], max_length=8)),
                ('capacity', models.SmallIntegerField()),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='linking.round')),
            ],
            options={
                'db_table': 'linking_seat',
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10)),
                ('state', models.CharField(choices=[('waiting', '正在计算'), ('done', '算好了'), ('stale', '草稿已改，请重算'), ('failed', '没有算成')], default='waiting', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.IntegerField()),
                ('moves', models.IntegerField(default=0)),
                ('spread', models.FloatField(default=0)),
                ('fullest', models.CharField(blank=True, max_length=80)),
                ('wishes', models.IntegerField(default=0)),
                ('cost', models.FloatField(default=0)),
                ('shortage', models.JSONField(default=list)),
                ('pairs', models.JSONField(default=dict)),
                ('reasons', models.JSONField(default=dict)),
                ('unplaced', models.JSONField(default=dict)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='linking.round')),
            ],
            options={
                'db_table': 'linking_variant',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('officer', '干部希望挂钩'), ('enterprise', '企业希望由他挂钩'), ('barred', '回避')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('stated_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('stated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'linking_wish',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.SmallIntegerField(choices=[(1, '挂钩干部'), (2, '协助挂钩')])),
                ('from_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('note_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise')),
                ('from_officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('link', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='handover', to='registry.link')),
                ('to_officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
            ],
            options={
                'db_table': 'linking_handover',
                'ordering': ['from_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('confirmed_at__isnull', True)), fields=['to_officer'], name='handover_open')],
            },
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='round_has_length'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('deputy_capacity__gte', 0), ('head_capacity__gte', 0), ('leader_capacity__gte', 0)), name='round_capacities'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('state', 'draft')), models.Q(('published_at__isnull', False), ('state', 'published')), _connector='OR'), name='round_published_when'),
        ),
        migrations.AddIndex(
            model_name='roundlink',
            index=models.Index(fields=['round', 'lead', 'enterprise'], name='round_link_lead'),
        ),
        migrations.AddIndex(
            model_name='roundlink',
            index=models.Index(fields=['round', 'second'], name='round_link_second'),
        ),
        migrations.AddConstraint(
            model_name='roundlink',
            constraint=models.UniqueConstraint(fields=('round', 'enterprise'), name='round_link_once'),
        ),
        migrations.AddConstraint(
            model_name='roundlink',
            constraint=models.CheckConstraint(condition=models.Q(('second__isnull', True), models.Q(('second', models.F('lead')), _negated=True), _connector='OR'), name='round_link_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(fields=('round', 'officer'), name='seat_once'),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__gte', 0)), name='seat_capacity'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(fields=('round', 'code'), name='variant_once'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('enterprise', 'officer', 'kind'), name='wish_once'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'barred'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='wish_barred_reasoned'),
        ),
    ]
