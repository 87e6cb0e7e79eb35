"""The registers: enterprises by unified social credit code, their people, who serves whom."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Officer, Same


class Enterprise(models.Model):
    """A firm of the zone, known by its unified social credit code (GB 32100-2015)."""

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=160, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    is_industrial = models.BooleanField(default=True)
    address = models.CharField(max_length=120, blank=True)
    registered_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "enterprise"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.short_name

    @property
    def full_label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def stream(self) -> str:
        return f"enterprise:{self.pk}"


class EnterpriseSearch(models.Model):
    """By which words an enterprise is found: its names and their pinyin initials, its code.

    Beside the register rather than in it, so that reading enterprises stays light.
    """

    enterprise = models.OneToOneField(
        Enterprise, primary_key=True, on_delete=models.CASCADE, related_name="search"
    )
    words = SearchVectorField()

    class Meta:
        db_table = "enterprise_search"
        indexes = [GinIndex(fields=["words"], name="enterprise_search_words", fastupdate=False)]


class ContactPerson(models.Model):
    """Somebody at the enterprise whom the park may call; with an account, who may sign in."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="people")
    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="contact_person"
    )
    name = models.CharField(max_length=40)
    title = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30)
    is_main = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "contact_person"
        ordering = ["-is_main", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(is_main=True, is_active=True),
                name="contact_one_main",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LinkRole(models.IntegerChoices):
    LEAD = 1, _("挂钩干部")
    SECOND = 2, _("协助挂钩")


class Link(models.Model):
    """Who serves whom (挂钩): an officer, an enterprise, a role, from a day to a day.

    The days are half-open: an officer serves from `from_on` up to, not on, `until_on`.
    No enterprise has two officers in one role on one day.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="links")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="links")
    role = models.SmallIntegerField(choices=LinkRole.choices, default=LinkRole.LEAD)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "link"
        indexes = [models.Index(fields=["officer", "until_on"], name="link_officer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")),
                name="link_has_length",
            ),
            ExclusionConstraint(
                name="link_no_overlap",
                expressions=[
                    (Same("enterprise_id"), "&&"),
                    (Same("role"), "&&"),
                    (
                        Func(
                            F("from_on"),
                            F("until_on"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
        ]
