"""Entries of the knowledge base."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
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
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200)),
                ('answer', models.TextField(max_length=5000)),
                ('category', models.CharField(blank=True, max_length=8)),
                ('expires_on', models.DateField()),
                ('state', models.CharField(choices=[('draft', '草稿'), ('published', '已发布'), ('withdrawn', '已撤下')], default='draft', max_length=12)),
                ('audience', models.CharField(choices=[('public', '企业和园区'), ('staff', '只给园区人员')], default='public', max_length=8)),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=200)),
                ('helped', models.PositiveIntegerField(default=0)),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='organisation.department')),
                ('keeper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kept_entries', to='organisation.officer')),
                ('source_case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='casework.case')),
            ],
            options={
                'db_table': 'knowledge_entry',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='entry_words'), models.Index(fields=['-updated_at', '-id'], name='entry_updated'), models.Index(condition=models.Q(('state', 'published')), fields=['expires_on'], name='entry_expiring')],
                'constraints': [models.CheckConstraint(condition=models.Q(('question', ''), _negated=True), name='entry_asks'), models.CheckConstraint(condition=models.Q(('answer', ''), _negated=True), name='entry_answers'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='entry_withdrawn_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='entry_published_at_a_time')],
            },
        ),
    ]
