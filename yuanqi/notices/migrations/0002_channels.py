"""Where people want to be told outside the program, and what became of each sending."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0002_journal_guard'),
        ('notices', '0001_take_over'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mail', '邮件'), ('wecom', '企业微信机器人'), ('dingtalk', '钉钉机器人'), ('feishu', '飞书机器人'), ('sms', '短信')], max_length=12)),
                ('address', models.CharField(max_length=254)),
                ('secret', models.CharField(blank=True, max_length=128)),
                ('added_at', models.DateTimeField()),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('code_hash', models.CharField(blank=True, max_length=64)),
                ('code_at', models.DateTimeField()),
                ('code_tries', models.SmallIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'notice_channel',
            },
        ),
        migrations.CreateModel(
            name='ChannelTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mail', '邮件'), ('wecom', '企业微信机器人'), ('dingtalk', '钉钉机器人'), ('feishu', '飞书机器人'), ('sms', '短信')], max_length=12)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'notice_trial',
            },
        ),
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=40)),
                ('when', models.CharField(choices=[('once', '马上'), ('digest', '每天汇总'), ('never', '不发')], max_length=8)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chosen', to='notices.channel')),
            ],
            options={
                'db_table': 'notice_choice',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('when', models.CharField(choices=[('once', '马上'), ('digest', '每天汇总'), ('never', '不发')], max_length=8)),
                ('is_urgent', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', '等着发'), ('sending', '正在发'), ('sent', '已送到'), ('given_up', '没有送到'), ('needless', '不必发了')], default='waiting', max_length=8)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, choices=[('outage', '对方的服务器连不上'), ('refused', '对方没有收下'), ('address', '地址不对，或者已经停用'), ('too_often', '发得太密，对方要求稍后再发'), ('not_offered', '园区现在不提供这种发送方式'), ('broken', '发送时程序中断')], max_length=12)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.channel')),
                ('notices', models.ManyToManyField(db_table='notice_delivered', related_name='deliveries', to='notices.notice')),
            ],
            options={
                'db_table': 'notice_delivery',
            },
        ),
        migrations.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, choices=[('outage', '对方的服务器连不上'), ('refused', '对方没有收下'), ('address', '地址不对，或者已经停用'), ('too_often', '发得太密，对方要求稍后再发'), ('not_offered', '园区现在不提供这种发送方式'), ('broken', '发送时程序中断')], max_length=12)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='notices.delivery')),
            ],
            options={
                'db_table': 'notice_attempt',
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notice_preference', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('quiet_from', models.TimeField(blank=True, null=True)),
                ('quiet_until', models.TimeField(blank=True, null=True)),
                ('digest_at', models.TimeField()),
            ],
            options={
                'db_table': 'notice_preference',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='notice_quiet_has_both_ends')],
            },
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('account', 'kind'), name='notice_channel_once'),
        ),
        migrations.AddIndex(
            model_name='channeltrial',
            index=models.Index(fields=['account', 'at'], name='notice_trial_account'),
        ),
        migrations.AddConstraint(
            model_name='choice',
            constraint=models.UniqueConstraint(fields=('channel', 'group'), name='notice_choice_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'sending'))), fields=['next_try_at', 'id'], name='notice_delivery_open'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['channel', '-made_at'], name='notice_delivery_channel'),
        ),
        migrations.AddConstraint(
            model_name='deliveryattempt',
            constraint=models.UniqueConstraint(fields=('delivery', 'number'), name='notice_attempt_once'),
        ),
    ]
