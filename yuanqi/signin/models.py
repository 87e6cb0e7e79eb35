"""How one comes in: what is kept of passwords, second factors, failures and sessions."""

from django.db import models

from yuanqi.foundation.models import Account


class AccountSecurity(models.Model):
    """What is demanded of an account's password, and when it was set."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="security"
    )
    # the password is known to somebody else (whoever made or reset it): change it first
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_security"


class PasswordBefore(models.Model):
    """A password that the account had, hashed; kept only where the profile forbids to repeat it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=128)
    until = models.DateTimeField()

    class Meta:
        db_table = "account_password_before"
        indexes = [models.Index(fields=["account", "-id"], name="account_password_before_own")]


class Door(models.Model):
    """Wrong passwords in a row for one name, whether or not there is such an account.

    Both are counted and locked alike, so that nobody learns which names exist. The name itself
    isn't kept: people type passwords into the wrong field.
    """

    name = models.CharField(max_length=64, primary_key=True)  # its keyed hash
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    failures = models.SmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_door"
        indexes = [models.Index(fields=["locked_until"], name="signin_door_locked")]


class Origin(models.Model):
    """Wrong passwords from one network address within a window of time."""

    address = models.CharField(max_length=45, primary_key=True)
    since = models.DateTimeField()
    failures = models.IntegerField(default=0)

    class Meta:
        db_table = "signin_origin"


class UnknownAttempt(models.Model):
    """Somebody tried a name that no account has: no account's journal holds it."""

    name = models.CharField(max_length=64)  # keyed hash, as in `Door`
    address = models.CharField(max_length=45)
    device = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "signin_unknown_attempt"
        indexes = [models.Index(fields=["-at", "-id"], name="signin_unknown_attempt_age")]


class Session(models.Model):
    """A browser that is signed in, or about to. The key in its cookie stands here only hashed."""

    key = models.CharField(max_length=64, primary_key=True)
    data = models.TextField()
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    is_staff = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # whatever happens
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "signin_session"
        indexes = [
            models.Index(fields=["account", "-started_at"], name="signin_session_account"),
            models.Index(fields=["expires_at"], name="signin_session_end"),
        ]


class SecondFactor(models.Model):
    """The secret that a person's authenticator app shares with us (TOTP, RFC 6238), encrypted."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    secret = models.CharField(max_length=200)
    enrolled_at = models.DateTimeField()
    # of the last code taken: no code counts twice
    counter = models.BigIntegerField()

    class Meta:
        db_table = "account_second_factor"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost second factor; only a keyed hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_recovery_code"
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="account_recovery_code_once")
        ]


class CityIdentity(models.Model):
    """Which person of the city's identity provider an account belongs to."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_city_identity"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="account_city_identity_once")
        ]
