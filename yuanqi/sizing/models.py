"""Which size class an enterprise has, since when, and the figures that decided it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.registry.models import Enterprise


class SizeClass(models.TextChoices):
    """From the largest down; each names what it is called."""

    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class EnterpriseSize(models.Model):
    """What the rules in force say of an enterprise.

    `size` is empty where they can't say, or the method doesn't cover its industry. `figures` are
    the facts that the rules name, as they were known then: {name: value}. `since_on` is the day
    on which the class came to be known.
    """

    enterprise = models.OneToOneField(
        Enterprise, primary_key=True, on_delete=models.PROTECT, related_name="size"
    )
    size = models.CharField(max_length=6, choices=SizeClass.choices, blank=True)
    figures = models.JSONField(default=dict)
    since_on = models.DateField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "enterprise_size"
        constraints = [
            models.CheckConstraint(
                condition=Q(size="", since_on__isnull=True)
                | ~Q(size="") & Q(since_on__isnull=False),
                name="enterprise_size_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.size}"
