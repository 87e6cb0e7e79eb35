"""Mechanisms: versioned definitions, and the table of limits that they bring."""

from decimal import Decimal

from django.db import models
from django.utils.translation import pgettext_lazy

from yuanqi.domain.clock import Limit


class Mechanism(models.Model):
    """A kind of case (事项): its versions are definitions, cases are their runs."""

    code = models.SlugField(max_length=60, unique=True)

    class Meta:
        db_table = "mechanism"


class MechanismVersion(models.Model):
    """A definition checked whole before it was published; a case keeps the one it began with."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    definition = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "mechanism_version"
        constraints = [
            models.UniqueConstraint(fields=["mechanism", "number"], name="mechanism_version_once"),
        ]


class Purpose(models.TextChoices):
    """What a clock measures."""

    SIGN = "sign", pgettext_lazy("limit", "签收")
    CONTACT = "contact", pgettext_lazy("limit", "联系企业")
    PLAN = "plan", pgettext_lazy("limit", "给出办理计划")
    RESOLVE = "resolve", pgettext_lazy("limit", "办结")
    EVALUATE = "evaluate", pgettext_lazy("limit", "评价")
    WORK = "work", pgettext_lazy("limit", "协办")
    SUPERVISE = "supervise", pgettext_lazy("limit", "督办答复")


class LimitRule(models.Model):
    """A limit with its base, source and validity; blank level or category: for any."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="limits")
    purpose = models.CharField(max_length=12)  # a clock's, "call_back" or "extension"
    level = models.CharField(max_length=4, blank=True)
    category = models.CharField(max_length=8, blank=True)
    amount = models.DecimalField(max_digits=7, decimal_places=1)
    base = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "limit_rule"
        constraints = [
            models.UniqueConstraint(
                fields=["mechanism", "purpose", "level", "category", "valid_from"],
                name="limit_rule_once",
            ),
        ]

    @property
    def limit(self) -> Limit:
        return Limit(Decimal(self.amount), self.base)
