"""Rules: conditions over the facts of an enterprise, one small language for all of the park.

Parsed and checked once; evaluated for one profile, matched against a frame of a million, turned
into SQL, and explained in sentences. Unknown facts give unknown verdicts. See docs/rules.md.
"""

from yuanqi.domain.rules.errors import RuleError
from yuanqi.domain.rules.explaining import Change, Explanation
from yuanqi.domain.rules.fields import Field, Schema, Type
from yuanqi.domain.rules.formula import Formula, columns_of
from yuanqi.domain.rules.rule import Rule, match_all, verdicts

__all__ = [
    "Change",
    "Explanation",
    "Field",
    "Formula",
    "Rule",
    "RuleError",
    "Schema",
    "Type",
    "columns_of",
    "match_all",
    "verdicts",
]
