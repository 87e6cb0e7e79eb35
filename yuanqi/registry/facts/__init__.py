"""What is known of every enterprise: the one place that rules, lists, gates and policies read.

A slice defines its fields and registers its reader from its `apps.py`:

    facts.define(FactField("output_year", "number", "近 12 个月产值", "Output, 12 months", "万元"))
    facts.provide(Provider("indicators", _("月度指标"), ("output_year",), frame))

and reads what counts: `facts_of` one enterprise, `wide` of all, `latest` from the newest snapshot.
See docs/decisions/0017-facts.md.
"""

from . import users
from .details import Detail, State, details_of
from .fields import AS_OF, FactField, FieldError, catalogue, define, fields, schema
from .providers import Origin, Provider, provide
from .snapshots import history_of, latest, snapshot
from .users import Use
from .wide import facts_of, wide

__all__ = [
    "AS_OF",
    "Detail",
    "FactField",
    "FieldError",
    "Origin",
    "Provider",
    "State",
    "Use",
    "catalogue",
    "define",
    "details_of",
    "facts_of",
    "fields",
    "history_of",
    "latest",
    "provide",
    "schema",
    "snapshot",
    "users",
    "wide",
]
