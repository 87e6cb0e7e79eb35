"""Lines in people's messages, where else people want them, and what became of each sending."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account


class Notice(models.Model):
    """A line in somebody's messages, made from one event by a slice's subscriber.

    It keeps no words: they are made when it is read or sent, by the slice named in `source`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    source = models.CharField(max_length=20)  # whose wording: "servicedesk"
    subject = models.CharField(max_length=64)  # the stream of what it is about: "case:12"
    event_id = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    at = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)  # goes out in quiet hours too
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notice"
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="notice_inbox"),
            models.Index(
                fields=["account", "-at", "-id"],
                condition=Q(read_at__isnull=True),
                name="notice_unread",
            ),
        ]


class Channel(models.Model):
    """Where somebody also wants to be told: one address of each kind, entered by himself.

    Nothing about the park's work goes there before he has shown, by a code sent to it, that what
    is sent arrives where he reads it. For a robot the address is the key that its service gave.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", _("邮件")
        WECOM = "wecom", _("企业微信机器人")
        DINGTALK = "dingtalk", _("钉钉机器人")
        FEISHU = "feishu", _("飞书机器人")
        SMS = "sms", _("短信")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    address = models.CharField(max_length=254)
    secret = models.CharField(max_length=128, blank=True)  # DingTalk's signature (加签)
    added_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_at = models.DateTimeField()
    code_tries = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "notice_channel"
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="notice_channel_once"),
        ]

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def shown(self) -> str:
        """The address as its owner recognises it; a robot's key is as good as a password."""
        match self.kind:
            case self.Kind.MAIL:
                return self.address
            case self.Kind.SMS:
                return f"{self.address[:3]} **** {self.address[-4:]}"
        return f"…{self.address[-4:]}"


class ChannelTrial(models.Model):
    """A code or a test message that somebody had sent: they are counted, and few an hour."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Channel.Kind.choices)
    at = models.DateTimeField()

    class Meta:
        db_table = "notice_trial"
        indexes = [models.Index(fields=["account", "at"], name="notice_trial_account")]


class When(models.TextChoices):
    """How soon a group of notices goes to a channel."""

    ONCE = "once", _("马上")
    DIGEST = "digest", _("每天汇总")
    NEVER = "never", _("不发")


class Preference(models.Model):
    """When somebody is left alone, and when his day's digest comes. In the zone's own time."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="notice_preference"
    )
    quiet_from = models.TimeField(null=True, blank=True)  # both or neither; may pass midnight
    quiet_until = models.TimeField(null=True, blank=True)
    digest_at = models.TimeField()

    class Meta:
        db_table = "notice_preference"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notice_quiet_has_both_ends",
            ),
        ]


class Choice(models.Model):
    """What somebody decided for a group on a channel; without a row the group's own default."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="chosen")
    group = models.CharField(max_length=40)  # "servicedesk.talk"
    when = models.CharField(max_length=8, choices=When.choices)

    class Meta:
        db_table = "notice_choice"
        constraints = [
            models.UniqueConstraint(fields=["channel", "group"], name="notice_choice_once"),
        ]


class Delivery(models.Model):
    """One message to one channel, with one notice or a digest of several.

    A worker claims it (`sending`, with a lease), sends it, and says how it went. Whoever claims it
    after a lease ran out sends it again: a worker killed between sending and saying so costs one
    message too many, and none is lost.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等着发")
        SENDING = "sending", _("正在发")
        SENT = "sent", _("已送到")
        GIVEN_UP = "given_up", _("没有送到")
        NEEDLESS = "needless", _("不必发了")  # read meanwhile, or no longer his to see

    class Error(models.TextChoices):
        """Why it did not arrive, for the person. What the other side said is in `detail`."""

        OUTAGE = "outage", _("对方的服务器连不上")
        REFUSED = "refused", _("对方没有收下")
        ADDRESS = "address", _("地址不对，或者已经停用")
        TOO_OFTEN = "too_often", _("发得太密，对方要求稍后再发")
        NOT_OFFERED = "not_offered", _("园区现在不提供这种发送方式")
        BROKEN = "broken", _("发送时程序中断")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    notices = models.ManyToManyField(Notice, related_name="deliveries", db_table="notice_delivered")
    when = models.CharField(max_length=8, choices=When.choices)
    is_urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()  # 48 hours after it, it is given up
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()  # while sending: when the lease runs out
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=12, choices=Error.choices, blank=True)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "notice_delivery"
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=("waiting", "sending")),
                name="notice_delivery_open",
            ),
            models.Index(fields=["channel", "-made_at"], name="notice_delivery_channel"),
        ]


class DeliveryAttempt(models.Model):
    """One try: claimed at, ended at, what went wrong. Without an end its worker was killed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.SmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=12, choices=Delivery.Error.choices, blank=True)

    class Meta:
        db_table = "notice_attempt"
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="notice_attempt_once"),
        ]
