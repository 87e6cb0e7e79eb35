"""The register of contacts: each time that the park came to an enterprise with something."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Officer

from .enterprise import Enterprise


class ContactKind(models.TextChoices):
    VISIT = "visit", _("走访")
    CALL = "call", _("电话")
    FORM = "form", _("填表")
    DATA = "data", _("要数据")


class Contact(models.Model):
    """One time that an enterprise was visited, called, or asked for a form or for data.

    Nothing that the enterprise itself began is one: an answer to its request doesn't bother it.
    `department` is empty where the park as a whole asks. What several departments wanted and one
    did for all points to that one (`merged_into`) and isn't counted. `asks` names a fact
    (`registry.facts`) that was asked for. `reason` says why it was made beyond the month's budget.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    at = models.DateTimeField()
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=200)
    asks = models.CharField(max_length=60, blank=True, db_default="")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    reason = models.CharField(max_length=200, blank=True, db_default="")
    recorded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "contact"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["enterprise", "-at", "-id"], name="contact_of_enterprise"),
            models.Index(fields=["at"], name="contact_at"),
            models.Index(
                fields=["enterprise", "asks"], condition=~Q(asks=""), name="contact_asking"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="contact_merged_into_another"
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="contact_has_subject"),
        ]
