"""What the profile says: industry, capital, owners, places, titles in force, projects.

Titles and projects are as they were on the day that is asked for; the rest is what the register
says now, for it keeps no older state than the journal's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yuanqi.domain.rules import Type

from ..models import Stage
from .fields import FactField
from .providers import ENTERPRISE, Origin, Origins, Provider, provide
from .reading import among, frame_of
from .shipped_fields import PROFILE, PROJECT_FIELDS, TITLE_FIELDS, TITLES
from .stated import DTYPES

_PROFILE_SQL = """
SELECT one.id, one.industry_code, one.is_industrial, area.code, one.standing,
       NULLIF(one.credit, ''), CASE WHEN one.currency = 'CNY' THEN one.capital END,
       one.registered_on,
       owners.are_foreign, owners.foreign_share, one.group_id IS NOT NULL,
       places.floor_area, places.land_area
FROM enterprise one
LEFT JOIN area ON area.id = one.area_id
LEFT JOIN (
    SELECT enterprise_id, bool_or(country <> 'CN') AS are_foreign,
           coalesce(sum(share) FILTER (WHERE country <> 'CN'), 0) / 100 AS foreign_share
    FROM enterprise_investor WHERE {among} GROUP BY enterprise_id
) owners ON owners.enterprise_id = one.id
LEFT JOIN (
    SELECT enterprise_id, sum(floor_area) AS floor_area, sum(land_area) AS land_area
    FROM enterprise_address WHERE {among} GROUP BY enterprise_id
) places ON places.enterprise_id = one.id
WHERE one.merged_into_id IS NULL AND {own}
ORDER BY one.id
"""
_PROFILE_COLUMNS: Mapping[str, Any] = {
    ENTERPRISE: pl.Int64,
    "code": pl.String,
    "is_industrial": pl.Boolean,
    "area": pl.String,
    "standing": pl.String,
    "credit_class": pl.String,
    "registered_capital": pl.Float64,
    "established_on": pl.Date,
    "is_foreign_invested": pl.Boolean,
    "foreign_share": pl.Float64,
    "is_in_group": pl.Boolean,
    "floor_area": pl.Float64,
    "land_area": pl.Float64,
}
# how many digits of the code name a division, a group, a class
_DIGITS = {"industry_division": 2, "industry_group": 3, "industry_class": 4}

_TITLES_SQL = """
SELECT enterprise_id, name, granted_on, valid_until IS NULL OR valid_until >= %s
FROM enterprise_title WHERE granted_on <= %s AND {among}
"""
_TITLES_COLUMNS: Mapping[str, Any] = {
    ENTERPRISE: pl.Int64,
    "name": pl.String,
    "granted_on": pl.Date,
    "is_valid": pl.Boolean,
}

# the stage that a project had reached on the day, of all that it ever came to
_PROJECTS_SQL = """
SELECT project.enterprise_id, coalesce(project.investment, 0), reached.stage,
       reached.started_on, reached.production_on
FROM project
JOIN (
    SELECT DISTINCT ON (project_id) project_id, stage,
           min("on") FILTER (WHERE stage = %s) OVER whole AS started_on,
           max("on") FILTER (WHERE stage = %s) OVER whole AS production_on
    FROM project_stage
    WHERE "on" <= %s AND project_id IN (SELECT id FROM project WHERE {among})
    WINDOW whole AS (PARTITION BY project_id)
    ORDER BY project_id, "on" DESC, id DESC
) reached ON reached.project_id = project.id
"""
_PROJECTS_COLUMNS: Mapping[str, Any] = {
    ENTERPRISE: pl.Int64,
    "investment": pl.Float64,
    "stage": pl.Int64,
    "started_on": pl.Date,
    "production_on": pl.Date,
}
IN_PROGRESS = (Stage.STARTED.value, Stage.FINISHED.value)


def profile_frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    narrowed, parameters = among("enterprise_id", enterprises)
    own, _same = among("one.id", enterprises)
    sql = _PROFILE_SQL.format(among=narrowed, own=own)
    made = frame_of(sql, _PROFILE_COLUMNS, parameters * 3)
    code = pl.col("code")
    digits = code.str.slice(1)
    return made.with_columns(
        code.str.slice(0, 1).replace("", None).alias("industry_section"),
        *(
            pl.when(digits.str.len_chars() >= length).then(digits.str.slice(0, length)).alias(name)
            for name, length in _DIGITS.items()
        ),
    )


def titles_frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    """What isn't granted is false, not unknown: the register holds the park's titles."""
    narrowed, parameters = among("enterprise_id", enterprises)
    rows = frame_of(_TITLES_SQL.format(among=narrowed), _TITLES_COLUMNS, [on, on, *parameters])
    kinds = rows.select(pl.col("name").unique()).with_columns(
        pl.any_horizontal(pl.col("name").str.contains(word, literal=True) for word in words)
        .alias(fact)
        for fact, (_zh, _en, words) in TITLES.items()
    )  # fmt: skip
    known = rows.join(kinds, on="name", how="left")
    first = known.filter("is_above_scale").group_by(ENTERPRISE).agg(
        pl.col("granted_on").min().alias("above_scale_on")
    )  # fmt: skip
    valid = known.filter("is_valid").group_by(ENTERPRISE).agg(
        *(pl.col(fact).any() for fact in TITLES), pl.len().cast(pl.Float64).alias("titles_count")
    )  # fmt: skip
    found = _everybody(enterprises).join(valid, on=ENTERPRISE, how="left", maintain_order="left")
    return found.with_columns(
        *(pl.col(fact).fill_null(False) for fact in TITLES), pl.col("titles_count").fill_null(0.0)
    ).join(first, on=ENTERPRISE, how="left", maintain_order="left")


def projects_frame(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
    narrowed, parameters = among("enterprise_id", enterprises)
    steps = [Stage.STARTED.value, Stage.PRODUCTION.value]
    sql = _PROJECTS_SQL.format(among=narrowed)
    rows = frame_of(sql, _PROJECTS_COLUMNS, [*steps, on, *parameters])
    running = rows.filter(pl.col("stage").is_in(IN_PROGRESS))
    of_each = running.group_by(ENTERPRISE).agg(
        pl.col("investment").max().alias("largest_investment_in_progress"),
        pl.col("investment").sum().alias("investment_in_progress"),
        pl.len().cast(pl.Float64).alias("projects_in_progress"),
    )
    days = rows.group_by(ENTERPRISE).agg(
        pl.col("production_on").max(), pl.col("started_on").max().alias("construction_started_on")
    )
    sums = [name for name in of_each.columns if name != ENTERPRISE]
    return (
        _everybody(enterprises)
        .join(of_each, on=ENTERPRISE, how="left", maintain_order="left")
        .with_columns(pl.col(sums).fill_null(0.0))
        .join(days, on=ENTERPRISE, how="left", maintain_order="left")
    )


def _everybody(enterprises: Collection[int] | None) -> pl.DataFrame:
    if enterprises is not None:
        return pl.DataFrame({ENTERPRISE: sorted(enterprises)}, schema={ENTERPRISE: pl.Int64})
    sql = "SELECT id FROM enterprise WHERE merged_into_id IS NULL ORDER BY id"
    return frame_of(sql, {ENTERPRISE: pl.Int64})


Frame = Callable[[date, Collection[int] | None], pl.DataFrame]


def _whole(fields: tuple[FactField, ...], frame: Frame) -> Frame:
    """The frame with its columns in the fields' order, of their types."""

    def made(on: date, enterprises: Collection[int] | None) -> pl.DataFrame:
        return frame(on, enterprises).select(
            ENTERPRISE, *(pl.col(one.name).cast(DTYPES[Type(one.type)]) for one in fields)
        )

    return made


def _told_on(names: tuple[str, ...], page: str) -> Origins:
    def origins(enterprise_id: int, on: date) -> Mapping[str, Origin]:
        there = Origin(on, url=reverse(f"registry:{page}", args=[enterprise_id]))
        return dict.fromkeys(names, there)

    return origins


def ship() -> None:
    """Register them (from `apps.py`)."""
    for name, label, fields, frame, page in (
        ("profile", _("基本情况"), PROFILE, profile_frame, "profile"),
        ("titles", _("资质称号"), TITLE_FIELDS, titles_frame, "papers"),
        ("projects", _("项目"), PROJECT_FIELDS, projects_frame, "projects_of"),
    ):
        names = tuple(one.name for one in fields)
        provide(Provider(name, label, names, _whole(fields, frame), _told_on(names, page)))
