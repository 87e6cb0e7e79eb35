"""What narrows the registers' lists, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from yuanqi.foundation.actors import Actor

from . import industry, roadmap
from .models import Area, Enterprise, EnterpriseGroup, Project, Stage, Standing, Title
from .queries import enterprises_listed, projects_visible_to
from .search import enterprises_found

LONGEST_SEARCH = 60
MOST_GROUPS = 200  # offered to choose from


@dataclass(frozen=True)
class Filters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    q: str = ""
    area: str = ""
    section: str = ""
    standing: str = ""
    group: str = ""
    titled: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def number(name: str) -> str:
            text = str(query.get(name, ""))
            return text if text.isascii() and text.isdigit() and len(text) < 19 else ""

        section, standing = str(query.get("section", "")), str(query.get("standing", ""))
        return cls(
            q=str(query.get("q", "")).replace("\x00", "").strip()[:LONGEST_SEARCH],
            area=number("area"),
            section=section if section in {one.code for one in industry.sections()} else "",
            standing=standing if standing in Standing.values else "",
            group=number("group"),
            titled="1" if query.get("titled") == "1" else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.area or self.section or self.standing or self.group or self.titled)

    def applied(self, actor: Actor) -> QuerySet[Enterprise]:
        """The enterprises that are meant, of those that the actor may see."""
        listed = enterprises_found(self.q, actor) if self.q else enterprises_listed(actor)
        if self.area:
            listed = listed.filter(area=int(self.area))
        if self.section:
            listed = listed.filter(industry_code__startswith=self.section)
        if self.standing:
            listed = listed.filter(standing=self.standing)
        if self.group:
            listed = listed.filter(group=int(self.group))
        if self.titled:
            listed = listed.filter(Exists(Title.objects.filter(enterprise=OuterRef("pk"))))
        return listed

    # what there is to choose from ------------------------------------------------------------

    @cached_property
    def areas(self) -> list[tuple[str, str]]:
        return [(str(one.pk), one.label) for one in Area.objects.all()]

    @cached_property
    def sections(self) -> list[tuple[str, str]]:
        return [(one.code, f"{one.code} {one.label}") for one in industry.sections()]

    @cached_property
    def standings(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Standing.choices]

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        found = EnterpriseGroup.objects.order_by("name")[:MOST_GROUPS]
        return [(str(one.pk), one.label) for one in found]


@dataclass(frozen=True)
class ProjectFilters:
    """What narrows the list of projects; those that were dropped stand in it only if asked for."""

    stage: str = ""
    area: str = ""
    is_late: bool = False

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "ProjectFilters":
        stage, area = str(query.get("stage", "")), str(query.get("area", ""))
        known = area.isascii() and area.isdigit() and len(area) < 19
        return cls(
            stage=stage if stage in {str(value) for value in Stage.values} else "",
            area=area if known and Area.objects.filter(pk=int(area)).exists() else "",
            is_late=query.get("late") == "1",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.stage or self.area or self.is_late)

    def applied(self, actor: Actor, today: date) -> QuerySet[Project]:
        """The projects that are meant, of those that the actor may see."""
        listed = projects_visible_to(actor)
        if self.stage:
            listed = listed.filter(stage=int(self.stage))
        else:
            listed = listed.exclude(stage=Stage.DROPPED)
        if self.area:
            listed = listed.filter(area=int(self.area))
        if self.is_late:
            listed = listed.filter(pk__in=roadmap.late_projects(today))
        return listed
