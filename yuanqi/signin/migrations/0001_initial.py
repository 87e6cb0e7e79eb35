"""What is kept of passwords, second factors, failures, sessions and the city's identities."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('foundation', '0003_idempotency_key'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountSecurity',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='security', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('must_change_password', models.BooleanField(default=False)),
                ('password_changed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'account_security',
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('address', models.CharField(max_length=45, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('failures', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'signin_origin',
            },
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('secret', models.CharField(max_length=200)),
                ('enrolled_at', models.DateTimeField()),
                ('counter', models.BigIntegerField()),
            ],
            options={
                'db_table': 'account_second_factor',
            },
        ),
        migrations.CreateModel(
            name='CityIdentity',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('issuer', models.CharField(max_length=200)),
                ('subject', models.CharField(max_length=255)),
                ('bound_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'account_city_identity',
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='account_city_identity_once')],
            },
        ),
        migrations.CreateModel(
            name='UnknownAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('address', models.CharField(max_length=45)),
                ('device', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'signin_unknown_attempt',
                'indexes': [models.Index(fields=['-at', '-id'], name='signin_unknown_attempt_age')],
            },
        ),
        migrations.CreateModel(
            name='Door',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failures', models.SmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('locked_at', models.DateTimeField(null=True)),
                ('locked_until', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'signin_door',
                'indexes': [models.Index(fields=['locked_until'], name='signin_door_locked')],
            },
        ),
        migrations.CreateModel(
            name='PasswordBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128)),
                ('until', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'account_password_before',
                'indexes': [models.Index(fields=['account', '-id'], name='account_password_before_own')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'account_recovery_code',
                'constraints': [models.UniqueConstraint(fields=('account', 'digest'), name='account_recovery_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('data', models.TextField()),
                ('is_staff', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('address', models.CharField(blank=True, max_length=45)),
                ('device', models.CharField(blank=True, max_length=80)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'signin_session',
                'indexes': [models.Index(fields=['account', '-started_at'], name='signin_session_account'), models.Index(fields=['expires_at'], name='signin_session_end')],
            },
        ),
    ]
