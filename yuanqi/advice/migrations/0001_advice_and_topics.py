"""What enterprises advise, and the topics that ship; a park renames them and adds its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TOPICS = (
    ("government", "政务服务", "Government services"),
    ("policy", "惠企政策", "Support policies"),
    ("talent", "人才用工", "Talent and labour"),
    ("finance", "融资服务", "Finance"),
    ("land", "用地规划", "Land and planning"),
    ("utilities", "水电气热", "Utilities"),
    ("traffic", "交通停车", "Traffic and parking"),
    ("living", "生活配套", "Living and amenities"),
    ("environment", "安全环保", "Safety and environment"),
    ("law", "执法监管", "Inspection and enforcement"),
    ("innovation", "科技创新", "Innovation"),
    ("other", "其他", "Other"),
)


def add_topics(apps, schema_editor):
    model = apps.get_model("advice", "Topic")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        model(code=code, name=name, name_en=english, position=place)
        for place, (code, name, english) in enumerate(TOPICS, start=1)
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0003_line_changes'),
        ('registry', '0009_contacts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=20, unique=True)),
                ('name_en', models.CharField(blank=True, max_length=40)),
                ('position', models.SmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'advice_topic',
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='advice_topic_named')],
            },
        ),
        migrations.CreateModel(
            name='Advice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('source', models.CharField(choices=[('visit', '走访'), ('meeting', '座谈会'), ('portal', '企业自己提')], max_length=8)),
                ('given_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('given', '待分派'), ('assigned', '待答复'), ('answered', '已答复'), ('changed', '已见效')], default='given', max_length=8)),
                ('revision', models.IntegerField(default=0)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('assigned_at', models.DateTimeField(blank=True, null=True)),
                ('limit_days', models.SmallIntegerField()),
                ('warn_days', models.SmallIntegerField()),
                ('due_at', models.DateTimeField()),
                ('warn_at', models.DateTimeField()),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
                ('late_told_at', models.DateTimeField(blank=True, null=True)),
                ('verdict', models.CharField(blank=True, choices=[('adopted', '采纳'), ('partly', '部分采纳'), ('not', '不采纳')], max_length=8)),
                ('answer', models.TextField(blank=True, max_length=2000)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('change', models.TextField(blank=True, max_length=2000)),
                ('changed_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.calendarversion')),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='registry.contactperson')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='organisation.department')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='registry.enterprise')),
                ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='organisation.officer')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='advice.topic')),
            ],
            options={
                'db_table': 'advice',
                'ordering': ['-given_at', '-id'],
                'indexes': [models.Index(fields=['-given_at', '-id'], name='advice_newest'), models.Index(fields=['enterprise', '-given_at', '-id'], name='advice_of_enterprise'), models.Index(fields=['department', '-given_at', '-id'], name='advice_of_department'), models.Index(condition=models.Q(('state__in', ('given', 'assigned'))), fields=['due_at', 'id'], name='advice_open_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='advice_says_something'), models.CheckConstraint(condition=models.Q(('contact__isnull', False), ('officer__isnull', False), _connector='OR'), name='advice_given_by_somebody'), models.CheckConstraint(condition=models.Q(('state', 'given'), models.Q(('assigned_at__isnull', False), ('department__isnull', False)), _connector='OR'), name='advice_assigned_to_a_department'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('state__in', ('given', 'assigned')), ('verdict', '')), models.Q(('answered_at__isnull', False), ('state__in', ('answered', 'changed')), models.Q(('verdict', ''), _negated=True), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='advice_answered_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('change', ''), ('changed_at__isnull', True), models.Q(('state', 'changed'), _negated=True)), models.Q(('changed_at__isnull', False), ('state', 'changed'), ('verdict__in', ('adopted', 'partly')), models.Q(('change', ''), _negated=True)), _connector='OR'), name='advice_changed_something'), models.CheckConstraint(condition=models.Q(('warn_at__lte', models.F('due_at'))), name='advice_warned_before_due')],
            },
        ),
        migrations.RunPython(add_topics, migrations.RunPython.noop),
    ]
