"""Queries built once and planned once: what every write asks again and again.

Building a query of Django's costs more than running it, and PostgreSQL plans it anew each time.
Here it is built once a process, with gaps for its values, and prepared once a connection. Only
for reads by key, whose plan doesn't depend on the values; lists and searches must be planned anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.models import (
    BooleanField,
    Expression,
    F,
    Field,
    Func,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.base import ModelState
from django.db.models.query import RelatedPopulator, ValuesListIterable, get_related_populators
from psycopg.types.numeric import Int8

from . import wire

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]


def rows(sql: str, *values: Any) -> list[Row]:
    """Run a statement and return its rows; a statement without rows returns none."""
    return wire.rows(sql, [_as_sent(value) for value in values])


def _as_sent(value: Any) -> Any:
    if type(value) is int:
        # one type, whatever its size: else each size is a statement of its own
        return Int8(value)
    if type(value) is list and value and type(value[0]) is int:
        return _array(value)
    return value


def _array(numbers: Iterable[int]) -> str:
    """Whole numbers as the server reads them: a tenth of what psycopg takes to say thousands."""
    return f"{{{','.join(map(str, numbers))}}}"


def row(sql: str, *values: Any) -> Row | None:
    """Run a statement and return its first row, or None."""
    found = rows(sql, *values)
    return found[0] if found else None


class Given(Expression):
    """A gap in a query: the value that `Read` is called with under this name."""

    def __init__(self, name: str, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field or TextField())
        self.name = name

    def as_sql(self, compiler: Any, _connection: Any) -> tuple[str, list[Any]]:
        return "%s", [_Gap(self.name)]


class _Gap(str):
    """Stands among a query's values where a given one belongs."""


def among(field: str, name: str) -> Func:
    """A condition: the field is one of the values given as a list."""
    return Func(
        F(field),
        Given(name),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def one_of(field: str, values: Sequence[int]) -> Func:
    """A condition: the field is one of these, sent as one value however many they are."""
    return Func(
        F(field),
        Value(_array(values)),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


class Read(Generic[M]):
    """The rows of a query with gaps (`Given`), as Django's own iteration would build them.

    Of a `values_list` they are tuples. With `is_one_way` what is read along doesn't know whom it
    was read with: such pairs are rings of objects, which only Python's collector frees.
    """

    def __init__(self, build: Callable[[], QuerySet[M]], *, is_one_way: bool = False) -> None:
        self._build = build
        self._is_one_way = is_one_way
        self._built: _Built | None = None

    @property
    def built(self) -> "_Built":
        if self._built is None:
            self._built = _Built(self._build(), is_one_way=self._is_one_way)
        return self._built

    def all(self, **given: Any) -> list[M]:
        return cast(list[M], self.built.rows(given))

    def first(self, **given: Any) -> M | None:
        """The first row; the query itself limits itself where there may be many."""
        return next(iter(self.all(**given)), None)


@contextmanager
def meanwhile(
    reads: Iterable[Read[Any]], given: Mapping[str, Any]
) -> Iterator[Callable[[], list[list[Any]]]]:
    """Have these read while the block goes on; yields what returns the rows of each.

    See `wire.meanwhile`. All take their values from `given`.
    """
    built = [read.built for read in reads]
    asked = [(one.sql, [_as_sent(value) for value in one.values_with(given)]) for one in built]
    with wire.meanwhile(asked) as come:
        yield lambda: [one.made(rows) for one, rows in zip(built, come(), strict=True)]


class _Built:
    """What a query compiles to: its statement, and how a row becomes an object."""

    def __init__(self, queryset: QuerySet[Any], *, is_one_way: bool) -> None:
        self.is_one_way = is_one_way
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.values = compiler.as_sql()
        columns, info = compiler.select, compiler.klass_info
        self.converters = compiler.get_converters(
            [column for column, _sql, _alias in columns[: compiler.col_count]]
        )
        self.apply = compiler.apply_converters
        self.is_tuples = issubclass(queryset._iterable_class, ValuesListIterable)
        if self.is_tuples:
            return
        self.model = info["model"]
        own = info["select_fields"]
        self.own = slice(own[0], own[-1] + 1)
        self.names = [column.target.attname for column, _sql, _alias in columns[self.own]]
        self.related = get_related_populators(info, columns, connection.alias)
        self.annotations = list(compiler.annotation_col_map.items())

    def rows(self, given: Mapping[str, Any]) -> list[Any]:
        return self.made(rows(self.sql, *self.values_with(given)))

    def values_with(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[value] if type(value) is _Gap else _plain(value) for value in self.values]

    def made(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        if self.converters:
            found = self.apply(found, self.converters)
        return [tuple(one) if self.is_tuples else self._object(one) for one in found]

    def _object(self, one: Sequence[Any]) -> Any:
        made = _made(self.model, self.names, one[self.own])
        for populator in self.related:
            _populate(populator, one, made, is_one_way=self.is_one_way)
        for name, place in self.annotations:
            setattr(made, name, one[place])
        return made


def _made(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """The object that `Model.from_db` makes, without its loop over the fields and its signals.

    What wasn't read is absent from the object, which is how Django tells that it is deferred.
    """
    made = model.__new__(model)
    state = made._state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=True))
    return made


def _populate(
    populator: RelatedPopulator, one: Sequence[Any], owner: Model, *, is_one_way: bool
) -> None:
    """Make what a row says of a related object, as `RelatedPopulator.populate` does."""
    values = (
        populator.reorder_for_init(one)
        if populator.reorder_for_init
        else one[populator.cols_start : populator.cols_end]
    )
    made = None
    if values[populator.pk_idx] is not None:
        made = _made(populator.model_cls, populator.init_list, values)
        for further in populator.related_populators:
            _populate(further, one, made, is_one_way=is_one_way)
    populator.local_setter(owner, made)
    if made is not None and not is_one_way:
        populator.remote_setter(made, owner)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


# --- writing one row -------------------------------------------------------------------------


class _Columns:
    """How rows of a model are inserted, and what of it is updated together."""

    def __init__(self, model: type[Model]) -> None:
        quoted = connection.ops.quote_name
        meta = model._meta
        assert meta.pk is not None
        self.pk = meta.pk
        self.table, self.key = quoted(meta.db_table), quoted(meta.pk.column)
        self.by_name = {field.name: field for field in meta.concrete_fields} | {
            field.attname: field for field in meta.concrete_fields
        }
        generated = meta.auto_field is not None
        self.inserted = [f for f in meta.concrete_fields if not (generated and f is meta.pk)]
        names = ", ".join(quoted(field.column) for field in self.inserted)
        gaps = ", ".join(["%s"] * len(self.inserted))
        into = f"INSERT INTO {self.table} ({names})"
        self.insert = f"{into} VALUES ({gaps}) RETURNING {self.key}"
        self.updates: dict[tuple[str, ...], str] = {}

    def update(self, names: tuple[str, ...]) -> str:
        found = self.updates.get(names)
        if found is None:
            quoted = connection.ops.quote_name
            said = ", ".join(f"{quoted(self.by_name[name].column)} = %s" for name in names)
            found = f"UPDATE {self.table} SET {said} WHERE {self.key} = %s RETURNING 1"  # noqa: S608
            self.updates[names] = found
        return found


_columns: dict[type[Model], _Columns] = {}


def _columns_of(made: Model) -> _Columns:
    model = type(made)
    found = _columns.get(model)
    if found is None:
        found = _columns[model] = _Columns(model)
    return found


def insert(made: Model) -> None:
    """Write a new row; it has its key afterwards. As `save(force_insert=True)` without signals."""
    columns = _columns_of(made)
    made._prepare_related_fields_for_save(operation_name="save")
    values = _values(made, columns.inserted, add=True)
    if values is None or (made.pk is not None and columns.pk not in columns.inserted):
        # values for the database to fill in, or a key of its own choosing
        made.save(force_insert=True)
        return
    key = row(columns.insert, *values)
    assert key is not None, "an insert returns its key"
    made.pk = key[0]
    made._state.adding = False
    made._state.db = connection.alias


def update(made: Model, names: Iterable[str]) -> None:
    """Write just these fields of a row. Raises DatabaseError if it is gone."""
    columns = _columns_of(made)
    told = tuple(names)
    values = _values(made, [columns.by_name[name] for name in told], add=False)
    if values is None:
        made.save(update_fields=told)
        return
    if row(columns.update(told), *values, made.pk) is None:
        raise DatabaseError(f"{columns.table} {made.pk} is gone")


def _values(made: Model, fields: Iterable[Any], *, add: bool) -> list[Any] | None:
    """What is written of these fields; None if one of them is for the database to work out."""
    found = []
    for field in fields:
        value = field.get_db_prep_save(field.pre_save(made, add=add), connection)
        if hasattr(value, "as_sql"):
            return None
        found.append(_plain(value))
    return found
