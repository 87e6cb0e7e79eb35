"""Request categories that ship with the program, and which of them a text sounds like."""

from collections.abc import Iterable
from datetime import datetime
from importlib import resources
from typing import Annotated, Protocol

import yaml
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department

from .events import CategoriesLoaded
from .models import Category, Level


class CategoryDefinition(BaseModel):
    """A category as it ships; `lead` names departments, the first that the park has leads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    zh: Annotated[str, Field(min_length=1, max_length=40)]
    en: Annotated[str, Field(min_length=1, max_length=60)]
    level: Level
    lead: Annotated[tuple[str, ...], Field(min_length=1)]
    words: tuple[Annotated[str, Field(min_length=2, max_length=20)], ...]


class Categories(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=200)]
    categories: tuple[CategoryDefinition, ...]


def shipped_categories() -> Categories:
    """Return the categories of the program's own file, in the order the forms show them."""
    text = (resources.files(__package__) / "shipped" / "categories.yaml").read_text("utf-8")
    return Categories.model_validate(yaml.safe_load(text))


@transaction.atomic
def load_categories(*, actor: Actor, at: datetime) -> int:
    """Add or change the shipped categories; return how many differed, nought the second time.

    What the park has edited itself stays. A category whose lead the park doesn't have (yet) has
    none; load again once it does. Raises NotAllowed.
    """
    if actor.side is not Side.SYSTEM and not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("诉求类别由系统管理员维护。"))
    journal.lock("categories")
    definitions = shipped_categories()
    departments = {department.code: department for department in Department.objects.all()}
    standing = Category.objects.in_bulk()
    changed = []
    for position, wanted in enumerate(definitions.categories, start=1):
        lead = next((departments[code] for code in wanted.lead if code in departments), None)
        values = {
            "name": wanted.zh,
            "name_en": wanted.en,
            "default_level": wanted.level.value,
            "lead_id": lead.pk if lead else None,
            "words": list(wanted.words),
            "source": definitions.source,
            "position": position,
        }
        row = standing.get(wanted.code)
        if row is None:
            DIRECT.insert(Category(code=wanted.code, **values))
        elif row.edited_at is None and any(
            getattr(row, name) != value for name, value in values.items()
        ):
            DIRECT.update(row, **values)
        else:
            continue
        changed.append(wanted.code)
    if changed:
        journal.record(
            CategoriesLoaded(codes=changed),
            stream="categories",
            audience=Audience.STAFF,
            actor=actor,
            at=at,
        )
    return len(changed)


class Suggestible(Protocol):
    """What a ranking needs to know of a category."""

    @property
    def code(self) -> str: ...
    @property
    def words(self) -> Iterable[str]: ...
    @property
    def position(self) -> int: ...


def rank(text: str, categories: Iterable[Suggestible]) -> list[str]:
    """Return the codes of the categories that the text's words point to, the likeliest first.

    A word weighs the square of its length, so that 消防验收 says more than 消防; a word inside a
    longer one that also stands there says nothing more. Ties keep the order of the forms; a text
    without a known word gives an empty list.
    """
    told = text.casefold()
    scored = []
    for category in categories:
        hits = {word for word in category.words if word.casefold() in told}
        weight = sum(
            len(word) ** 2
            for word in hits
            if not any(word != other and word in other for other in hits)
        )
        if weight:
            scored.append((-weight, category.position, category.code))
    return [code for _weight, _position, code in sorted(scored)]
