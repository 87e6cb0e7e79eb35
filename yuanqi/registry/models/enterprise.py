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


class Area(models.Model):
    """A part of the zone: a block, a park within the park, a street (片区)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "area"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class EnterpriseGroup(models.Model):
    """Firms under one control (集团): what is said of the group, its enterprises inherit."""

    name = models.CharField(max_length=100, unique=True)
    name_en = models.CharField(max_length=160, blank=True)
    head = models.ForeignKey(
        "Enterprise", null=True, blank=True, on_delete=models.SET_NULL, related_name="heads_group"
    )

    class Meta:
        db_table = "enterprise_group"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class Standing(models.TextChoices):
    """Whether the firm is at work (经营状态)."""

    ACTIVE = "active", _("在营")
    BUILDING = "building", _("在建")
    SUSPENDED = "suspended", _("停产停业")
    MOVED = "moved", _("已迁出")
    CANCELLED = "cancelled", _("已注销")


class Credit(models.TextChoices):
    """The class noted from the national credit grading (信用等级); blank: not graded."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Enterprise(models.Model):
    """A firm of the zone, known by its unified social credit code (GB 32100-2015).

    `industry` is what the firm itself calls its trade; `industry_code` the class of GB/T 4754-2017,
    a section's letter and up to four digits ("C3922"), as far as it is known. `capital` is in 万元
    of `currency` (ISO 4217). Merged into another, a row stays for what was said of it, and no list
    shows it.
    """

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=160, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    industry_code = models.CharField(max_length=5, blank=True, db_default="")
    is_industrial = models.BooleanField(default=True)
    address = models.CharField(max_length=120, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    group = models.ForeignKey(
        EnterpriseGroup,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enterprises",
    )
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="enterprises"
    )
    standing = models.CharField(
        max_length=12, choices=Standing.choices, default=Standing.ACTIVE, db_default="active"
    )
    credit = models.CharField(max_length=1, choices=Credit.choices, blank=True, db_default="")
    legal_person = models.CharField(max_length=40, blank=True, db_default="")
    capital = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY", db_default="CNY")
    scope = models.TextField(blank=True, db_default="")  # what the licence allows (经营范围)
    website = models.URLField(blank=True, db_default="")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    class Meta:
        db_table = "enterprise"
        ordering = ["id"]
        indexes = [
            # how the list is narrowed: a section is the beginning of its codes
            models.Index(fields=["industry_code", "id"], name="enterprise_industry"),
            models.Index(fields=["standing", "id"], name="enterprise_standing"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="enterprise_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.label_in(get_language())

    def label_in(self, language: str | None) -> str:
        return self.name_en if language == "en" and self.name_en else self.short_name

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
