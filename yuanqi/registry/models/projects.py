"""Fixed-asset investment projects (固定资产投资项目): stage, investment by month, milestones."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .enterprise import Area, Enterprise


class Stage(models.IntegerChoices):
    """How far a project has come; gates between them are conditions over its facts."""

    LEAD = 1, _("线索")
    TALKS = 2, _("洽谈")
    SIGNED = 3, _("签约")
    LAND = 4, _("供地")
    STARTED = 5, _("开工")
    FINISHED = 6, _("竣工")
    PRODUCTION = 7, _("投产")
    DROPPED = 9, _("终止")


class Project(models.Model):
    """An investment of a firm in the zone; sums in 万元, land in square metres.

    `code` is the national code of the online approval platform, where the project has one.
    """

    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160, blank=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="projects")
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )
    industry_code = models.CharField(max_length=5, blank=True)
    stage = models.SmallIntegerField(choices=Stage.choices, default=Stage.LEAD)
    stage_on = models.DateField()
    investment = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    land_area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    start_on = models.DateField(null=True, blank=True)  # as planned
    finish_on = models.DateField(null=True, blank=True)
    content = models.TextField(blank=True)

    class Meta:
        db_table = "project"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="project_code_once"
            ),
            models.UniqueConstraint(fields=["enterprise", "name"], name="project_name_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def stream(self) -> str:
        return f"project:{self.pk}"


class ProjectStage(models.Model):
    """When a project came to a stage, and who said so."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="stages")
    stage = models.SmallIntegerField(choices=Stage.choices)
    on = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "project_stage"
        ordering = ["on", "id"]


class ProjectInvestment(models.Model):
    """What was invested in a month, in 万元; `month` is its first day."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="investments")
    month = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    planned = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        db_table = "project_investment"
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="project_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="investment_month_first"),
        ]


class Milestone(models.Model):
    """What is to be reached by a day, and when it was."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    name = models.CharField(max_length=80)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "project_milestone"
        ordering = ["due_on", "id"]
