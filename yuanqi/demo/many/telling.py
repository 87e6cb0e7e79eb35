"""One telling after another: the values of each put into its life's prepared text, and hashed.

Run by several processes at once, each on its own stretch of the plan; nothing here asks a database.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np

from yuanqi.foundation import search
from yuanqi.foundation.journal import GENESIS

from .firms import Firms
from .forms import CaseForm, Form
from .texts import escaped
from .words import tail_of

_GENESIS = GENESIS.hex()
Shares = Counter[tuple[int, int | None, str, str]]  # ordinal, department, category, counted


@dataclass(frozen=True)
class Plan:
    """All tellings in order of time: which life, moved by how many days, whose, under which keys.

    `keys` holds for each table with keys of its own the first key of each telling; `numbers` the
    first number of each in its month, `serials` how many requests are told before it.
    """

    lives: np.ndarray
    shifts: np.ndarray
    firms: np.ndarray
    numbers: np.ndarray
    serials: np.ndarray
    keys: Mapping[str, np.ndarray]
    old_before: int  # ordinal: what was asked before this day says so

    def __len__(self) -> int:
        return len(self.lives)


@dataclass(frozen=True)
class Told:
    """A stretch of the plan, as it is copied in."""

    tables: dict[str, bytes]
    shares: Shares
    events: int


class Teller:
    def __init__(self, forms: Sequence[Form], plan: Plan, firms: Firms) -> None:
        self.forms, self.plan, self.firms = forms, plan, firms
        days = [day for form in forms for day in (min(form.days), max(form.days))]
        self._first = min(days) + int(plan.shifts.min())
        self._days = [
            date.fromordinal(ordinal).isoformat()
            for ordinal in range(self._first, max(days) + int(plan.shifts.max()) + 1)
        ]
        self._months = [f"{day[2:4]}{day[5:7]}" for day in self._days]
        self._marks = [(day[:4], f"{day[:4]}{day[5:7]}") for day in self._days]

    def tell(self, start: int, end: int) -> Told:
        """Tell this stretch of the plan."""
        tables: dict[str, list[str]] = defaultdict(list)
        shares: Shares = Counter()
        events = 0
        plan = self.plan
        stretch = slice(start, end)
        keys = {name: first[stretch].tolist() for name, first in plan.keys.items()}
        for place, (life, shift, firm, number, serial) in enumerate(
            zip(
                *(
                    column[stretch].tolist()
                    for column in (
                        plan.lives, plan.shifts, plan.firms, plan.numbers, plan.serials,
                    )
                ),
                strict=True,
            )
        ):  # fmt: skip
            form = self.forms[life]
            moved = shift - self._first
            values: list[object] = [self._days[day + moved] for day in form.days]
            for name, count in form.keys:
                first = keys[name][place]
                values.extend(range(first, first + count))
            numbers = [
                f"{self._months[day + moved]}-{number + n:04d}" for n, day in enumerate(form.opened)
            ]
            values += numbers
            values += self.firms.values[firm]
            is_old = form.opened[0] + shift < plan.old_before
            tails = []
            for n, case in enumerate(form.cases):
                tail = tail_of(
                    numbers[n], serial + n, self.firms.names[firm], is_old=is_old
                )  # fmt: skip
                tails.append(tail)
                values += (tail, sha256((case.text + tail).encode()).hexdigest())
            for name, rows in form.rows:
                tables[name].append(rows.filled(values))
            found = self.firms.lexemes[firm]
            for case, said, tail in zip(form.cases, numbers, tails, strict=True):
                self._chain(case, values, tables)
                events += len(case.events)
                marks = [
                    *case.grantees,
                    f"e{self.firms.values[firm][0]}",
                    *self._marks[form.opened[0] + moved],
                ]
                self._index(case, values, (found, said, tail, marks), tables)
            shares.update((day + shift, *rest) for day, *rest in form.shares)
        copied = {name: "".join(rows).encode() for name, rows in tables.items()}
        return Told(copied, shares, events)

    def _chain(
        self, case: CaseForm, values: Sequence[object], tables: dict[str, list[str]]
    ) -> None:
        prev = _GENESIS
        rows = tables["journal_event"]
        for event in case.events:
            text = event.before.filled(values) + prev + event.after.filled(values)
            mine = sha256(text.encode()).hexdigest()
            rows.append(f"{event.row.filled(values)}{prev}\t\\\\x{mine}\n")
            prev = mine
        tables["journal_stream"].append(
            f"{case.stream.filled(values)}\t{len(case.events)}\t\\\\x{prev}\n"
        )

    def _index(
        self,
        case: CaseForm,
        values: Sequence[object],
        added: tuple[str, str, str, list[str]],
        tables: dict[str, list[str]],
    ) -> None:
        """How it is found: as its life, by its enterprise, its number, its own words, its marks."""
        firm, number, tail, marks = added
        head, words, inside = case.search
        own = search.code_lexemes(number)
        if not case.is_complaint:
            own |= search.lexemes(tail)
        more = f" {firm} {escaped(search.vector(own))}"
        sorted_by = escaped(search.vector(map(search.mark, marks)))
        tables["request_search"].append(
            f"{head.filled(values)}{words}{more}\t{inside}{more} {sorted_by}\n"
        )
