"""What stands in an enterprise's profile (一企一档) beside its own row."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import StoredFile

from .enterprise import Area, Enterprise


class Title(models.Model):
    """A title granted to the firm (资质称号), valid from a day to a day, both included."""

    class Level(models.TextChoices):
        NATIONAL = "national", _("国家级")
        PROVINCIAL = "provincial", _("省级")
        CITY = "city", _("市级")
        DISTRICT = "district", _("区级")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="titles")
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=12, choices=Level.choices, blank=True)
    number = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=60, blank=True)
    granted_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "enterprise_title"
        ordering = ["-granted_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("granted_on")),
                name="title_valid_after_grant",
            ),
            models.UniqueConstraint(fields=["enterprise", "name", "granted_on"], name="title_once"),
        ]


class Investor(models.Model):
    """Who owns the firm: a share in per cent, an amount in 万元 of `currency`."""

    class Kind(models.TextChoices):
        FIRM = "firm", _("企业法人")
        PERSON = "person", _("自然人")
        STATE = "state", _("国有单位")
        FUND = "fund", _("基金")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="investors")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.FIRM)
    country = models.CharField(max_length=2, default="CN")  # ISO 3166-1
    share = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        db_table = "enterprise_investor"
        ordering = ["-share", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100),
                name="investor_share_of_hundred",
            ),
            models.UniqueConstraint(fields=["enterprise", "name"], name="investor_once"),
        ]


class Address(models.Model):
    """A place of the firm; areas in square metres."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("注册地址")
        PLANT = "plant", _("厂区")
        OFFICE = "office", _("办公")
        STORE = "store", _("仓库")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=120)
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="addresses"
    )
    land_area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    floor_area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    is_owned = models.BooleanField(default=True)

    class Meta:
        db_table = "enterprise_address"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "kind", "text"], name="address_once"),
        ]


class Certificate(models.Model):
    """A licence or document that the firm holds, with its term and, if handed in, its file."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="certificates"
    )
    name = models.CharField(max_length=80)
    number = models.CharField(max_length=80, blank=True)
    issuer = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "enterprise_certificate"
        ordering = ["valid_until", "id"]
        indexes = [models.Index(fields=["valid_until"], name="certificate_expiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(valid_until__gte=F("issued_on")),
                name="certificate_valid_after_issue",
            ),
        ]
