"""The register of contacts: visits, calls, forms and data asked of an enterprise."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0003_line_changes'),
        ('registry', '0008_indicator_by_month'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('visit', '走访'), ('call', '电话'), ('form', '填表'), ('data', '要数据')], max_length=8)),
                ('at', models.DateTimeField()),
                ('subject', models.CharField(max_length=200)),
                ('asks', models.CharField(blank=True, db_default='', max_length=60)),
                ('reason', models.CharField(blank=True, db_default='', max_length=200)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.department')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='registry.enterprise')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='registry.contact')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.officer')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'contact',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['enterprise', '-at', '-id'], name='contact_of_enterprise'), models.Index(condition=models.Q(('asks', ''), _negated=True), fields=['enterprise', 'asks'], name='contact_asking')],
                'constraints': [models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='contact_merged_into_another'), models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='contact_has_subject')],
            },
        ),
    ]
