"""Accounts, the journal's tables, cursors, stored files, keys of repeated requests."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

ADMIN_ROLES = ("system_admin", "security_admin", "audit_admin")


class AccountManager(BaseUserManager["Account"]):
    pass


class Account(AbstractBaseUser):
    """A way to sign in. Who the person is stands in `organisation` or `registry`."""

    username = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.username


class RoleGrant(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32)

    class Meta:
        db_table = "account_role"
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], name="account_role_once"),
            # 三员分立: nobody holds two of the three (GB/T 22239-2019, 8.1 central management)
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(role__in=ADMIN_ROLES),
                name="account_one_administrator_role",
            ),
        ]


class JournalStream(models.Model):
    """The head of one stream: locked first by whoever appends."""

    name = models.CharField(max_length=64, primary_key=True)
    seq = models.BigIntegerField(default=0)
    head = models.BinaryField()

    class Meta:
        db_table = "journal_stream"


class JournalEvent(models.Model):
    """One thing that happened: inserted and read, never changed (trigger and grants see to it)."""

    stream = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    version = models.SmallIntegerField()
    payload = models.JSONField()
    audience = models.CharField(max_length=16)
    enterprise_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=40)
    prev = models.BinaryField()
    hash = models.BinaryField()
    # the writing transaction, so that readers by cursor never pass one that is still open
    xid = models.BigIntegerField(
        db_default=RawSQL(
            "(pg_current_xact_id()::text::bigint + journal_offset())", (), models.BigIntegerField()
        )
    )

    class Meta:
        db_table = "journal_event"
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="journal_event_once"),
        ]
        indexes = [
            models.Index(fields=["xid", "id"], name="journal_event_order"),
            models.Index(fields=["enterprise_id", "-at"], name="journal_event_enterprise"),
            # how the audit administrator browses
            models.Index(fields=["at", "id"], name="journal_event_at"),
            models.Index(fields=["kind", "at", "id"], name="journal_event_kind"),
            models.Index(fields=["actor", "at", "id"], name="journal_event_actor"),
            models.Index(
                fields=["at", "id"], condition=Q(audience="audit"), name="journal_event_audit"
            ),
        ]


class JournalPersonal(models.Model):
    """A personal value of an event; erasing the row leaves the chain whole."""

    event = models.ForeignKey(
        JournalEvent, on_delete=models.PROTECT, db_constraint=False, related_name="personal"
    )
    key = models.CharField(max_length=64)
    salt = models.BinaryField()
    value = models.TextField()

    class Meta:
        db_table = "journal_personal"


class JournalSeal(models.Model):
    """A Merkle root over the events since the last seal, with a MAC by a key kept elsewhere."""

    made_at = models.DateTimeField()
    from_xid = models.BigIntegerField()
    from_id = models.BigIntegerField()
    upto_xid = models.BigIntegerField()
    upto_id = models.BigIntegerField()
    count = models.BigIntegerField()
    root = models.BinaryField()
    prev = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        db_table = "journal_seal"


class SubscriberCursor(models.Model):
    """How far a subscriber has read; moved in the transaction of its effect."""

    name = models.CharField(max_length=64, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "journal_cursor"


class OnceKey(models.Model):
    """A form or request already carried out, and where its result is shown."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    key = models.UUIDField()
    location = models.CharField(max_length=400, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "once_key"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="once_key_once")]


class IdempotencyKey(models.Model):
    """A call of the API already carried out under a key of its client's, and what it was answered.

    `status` is 0 while the call runs; a repeat is given the answer as it stands here.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of method, address and body
    status = models.SmallIntegerField(default=0)
    body = models.TextField(default="")
    location = models.CharField(max_length=200, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "idempotency_key"
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once"),
        ]
        indexes = [models.Index(fields=["at"], name="idempotency_key_age")]


class StoredFile(models.Model):
    """Bytes under YUANQI_VAR/files, named by their SHA-256; its slice says who may read them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "stored_file"

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")
