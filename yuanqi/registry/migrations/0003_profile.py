"""The enterprise profile: group, industry code, standing, titles, investors, addresses, certificates,
monthly indicators, projects. New columns have defaults in the database: no row is rewritten.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0003_idempotency_key'),
        ('registry', '0002_enterprise_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=100)),
                ('position', models.SmallIntegerField(default=0)),
            ],
            options={
                'db_table': 'area',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('code', models.CharField(max_length=20)),
                ('source', models.CharField(choices=[('enterprise', '企业填报'), ('department', '部门填报'), ('import', '批量导入')], max_length=12)),
                ('value', models.DecimalField(decimal_places=2, max_digits=16)),
                ('stated_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'indicator',
                'ordering': ['-month', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Investor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('firm', '企业法人'), ('person', '自然人'), ('state', '国有单位'), ('fund', '基金')], default='firm', max_length=8)),
                ('country', models.CharField(default='CN', max_length=2)),
                ('share', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('currency', models.CharField(default='CNY', max_length=3)),
            ],
            options={
                'db_table': 'enterprise_investor',
                'ordering': ['-share', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('due_on', models.DateField()),
                ('done_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'db_table': 'project_milestone',
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(blank=True, max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('industry_code', models.CharField(blank=True, max_length=5)),
                ('stage', models.SmallIntegerField(choices=[(1, '线索'), (2, '洽谈'), (3, '签约'), (4, '供地'), (5, '开工'), (6, '竣工'), (7, '投产'), (9, '终止')], default=1)),
                ('stage_on', models.DateField()),
                ('investment', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('land_area', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('start_on', models.DateField(blank=True, null=True)),
                ('finish_on', models.DateField(blank=True, null=True)),
                ('content', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'project',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ProjectInvestment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                ('planned', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                'db_table': 'project_investment',
                'ordering': ['month'],
            },
        ),
        migrations.CreateModel(
            name='ProjectStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.SmallIntegerField(choices=[(1, '线索'), (2, '洽谈'), (3, '签约'), (4, '供地'), (5, '开工'), (6, '竣工'), (7, '投产'), (9, '终止')])),
                ('on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'project_stage',
                'ordering': ['on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Title',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('level', models.CharField(blank=True, choices=[('national', '国家级'), ('provincial', '省级'), ('city', '市级'), ('district', '区级')], max_length=12)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('issuer', models.CharField(blank=True, max_length=60)),
                ('granted_on', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
            ],
            options={
                'db_table': 'enterprise_title',
                'ordering': ['-granted_on', 'id'],
            },
        ),
        migrations.AddField(
            model_name='enterprise',
            name='capital',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='credit',
            field=models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], db_default='', max_length=1),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='currency',
            field=models.CharField(db_default='CNY', default='CNY', max_length=3),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='industry_code',
            field=models.CharField(blank=True, db_default='', max_length=5),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='legal_person',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='scope',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='standing',
            field=models.CharField(choices=[('active', '在营'), ('building', '在建'), ('suspended', '停产停业'), ('moved', '已迁出'), ('cancelled', '已注销')], db_default='active', default='active', max_length=12),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='website',
            field=models.URLField(blank=True, db_default=''),
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('registered', '注册地址'), ('plant', '厂区'), ('office', '办公'), ('store', '仓库')], max_length=12)),
                ('text', models.CharField(max_length=120)),
                ('land_area', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('floor_area', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('is_owned', models.BooleanField(default=True)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='registry.enterprise')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='registry.area')),
            ],
            options={
                'db_table': 'enterprise_address',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='enterprise',
            name='area',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enterprises', to='registry.area'),
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('number', models.CharField(blank=True, max_length=80)),
                ('issuer', models.CharField(blank=True, max_length=80)),
                ('issued_on', models.DateField(blank=True, null=True)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('file_name', models.CharField(blank=True, max_length=120)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='registry.enterprise')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
            ],
            options={
                'db_table': 'enterprise_certificate',
                'ordering': ['valid_until', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('name_en', models.CharField(blank=True, max_length=160)),
                ('head', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='heads_group', to='registry.enterprise')),
            ],
            options={
                'db_table': 'enterprise_group',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='enterprise',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enterprises', to='registry.enterprisegroup'),
        ),
        migrations.AddConstraint(
            model_name='enterprise',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='enterprise_merged_into_another'),
        ),
        migrations.AddField(
            model_name='indicator',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='indicator',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='indicator',
            name='stated_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='investor',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='investors', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='project',
            name='area',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='registry.area'),
        ),
        migrations.AddField(
            model_name='project',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='registry.project'),
        ),
        migrations.AddField(
            model_name='projectinvestment',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='investments', to='registry.project'),
        ),
        migrations.AddField(
            model_name='projectstage',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='registry.project'),
        ),
        migrations.AddField(
            model_name='title',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='titles', to='registry.enterprise'),
        ),
        migrations.AddConstraint(
            model_name='address',
            constraint=models.UniqueConstraint(fields=('enterprise', 'kind', 'text'), name='address_once'),
        ),
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(fields=['valid_until'], name='certificate_expiry'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('issued_on__isnull', True), ('valid_until__gte', models.F('issued_on')), _connector='OR'), name='certificate_valid_after_issue'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.UniqueConstraint(fields=('enterprise', 'month', 'code', 'source'), name='indicator_once'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False)), fields=('enterprise', 'month', 'code'), name='indicator_one_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='indicator_month_first'),
        ),
        migrations.AddConstraint(
            model_name='investor',
            constraint=models.CheckConstraint(condition=models.Q(('share__isnull', True), models.Q(('share__gt', 0), ('share__lte', 100)), _connector='OR'), name='investor_share_of_hundred'),
        ),
        migrations.AddConstraint(
            model_name='investor',
            constraint=models.UniqueConstraint(fields=('enterprise', 'name'), name='investor_once'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='project_code_once'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(fields=('enterprise', 'name'), name='project_name_once'),
        ),
        migrations.AddConstraint(
            model_name='projectinvestment',
            constraint=models.UniqueConstraint(fields=('project', 'month'), name='project_month_once'),
        ),
        migrations.AddConstraint(
            model_name='projectinvestment',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='investment_month_first'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('granted_on')), _connector='OR'), name='title_valid_after_grant'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.UniqueConstraint(fields=('enterprise', 'name', 'granted_on'), name='title_once'),
        ),
    ]
