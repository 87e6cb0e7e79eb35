"""What is said on a case, what is handed in, how it is judged."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account, StoredFile

from .case import Case


class Message(models.Model):
    """What was said on a case. `audience` staff: an internal note the enterprise never sees."""

    class Kind(models.TextChoices):
        TALK = "talk", _("沟通")
        NOTE = "note", _("内部备注")
        PLAN = "plan", _("办理计划")
        ANSWER = "answer", _("正式答复")
        SUPPLY = "supply", _("补交材料")

    class Audience(models.TextChoices):
        ENTERPRISE = "enterprise", _("企业与园区")
        STAFF = "staff", _("仅园区")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TALK)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    from_enterprise = models.BooleanField()
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=40)
    author_unit = models.CharField(max_length=100)
    body = models.TextField(max_length=5000)

    class Meta:
        db_table = "message"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="note") | Q(audience="staff", from_enterprise=False),
                name="message_note_stays_inside",
            ),
        ]


class Attachment(models.Model):
    """A file on a case; with an internal note, it is as hidden as the note."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    at = models.DateTimeField()
    audience = models.CharField(max_length=12, choices=Message.Audience.choices)
    from_enterprise = models.BooleanField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    # taken away for a reason: name and hash stay, the bytes are no longer served
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "attachment"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_reason="")),
                name="attachment_removed_with_a_reason",
            ),
        ]


class Satisfaction(models.IntegerChoices):
    """Five levels (好差评); the two lowest open a call-back. Source: GB/T 39735-2020 practice."""

    VERY_SATISFIED = 5, _("非常满意")
    SATISFIED = 4, _("满意")
    FAIRLY_SATISFIED = 3, _("基本满意")
    DISSATISFIED = 2, _("不满意")
    VERY_DISSATISFIED = 1, _("非常不满意")


class Evaluation(models.Model):
    """What the enterprise says of the handling: a level, facts, praise (一事一评)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evaluations")
    at = models.DateTimeField()
    level = models.SmallIntegerField(choices=Satisfaction.choices)
    is_resolved = models.BooleanField()  # 问题实际解决: counted apart from satisfaction
    was_contacted = models.BooleanField()
    praise = models.CharField(max_length=500, blank=True)
    complaint = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "evaluation"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=5), name="evaluation_five_levels"
            ),
        ]
