"""Settings of the park: what a slice defines, and the value that holds on a day.

A slice defines its parameters with their defaults when the program starts; the park sets others
from a day on (`operations`). What was before that day stays what it was: a value is always asked
for a day, today's if none is named. Reading one costs no query in the common case (`store`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Invalid

from . import store

Text = str | Promise  # lazily translated

KINDS = frozenset({"integer", "decimal", "boolean", "choice", "time", "text"})
_LARGEST = 10**12
_PLACES = 4  # digits of a decimal after its point
_LONGEST = 200  # characters of a text


@dataclass(frozen=True)
class Parameter:
    """One setting: its key, kind and default, within which bounds, who may set it.

    `group` says under which heading it stands; `unit`, `help` and `source` explain it on the
    page. Bounds are inclusive; for a text `most` is its length. ValueError for a definition that
    contradicts itself, its own default included.
    """

    key: str
    kind: str
    default: Any
    label: Text
    group: str
    unit: Text = ""
    help: Text = ""
    source: Text = ""
    least: Any = None
    most: Any = None
    choices: Sequence[tuple[str, Text]] = ()
    role: Role = Role.SYSTEM_ADMIN

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: no such kind: {self.kind}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"{self.key}: choices belong to a choice, and to nothing else")
        if self.role not in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            raise ValueError(f"{self.key}: {self.role} sets nothing")
        try:
            checked = self.read(self.default)
        except Invalid as error:
            raise ValueError(f"{self.key}: the default is refused: {error.message}")
        object.__setattr__(self, "default", checked)

    def read(self, given: Any) -> Any:
        """Return the value that is meant: typed, or as somebody wrote it. Raises Invalid."""
        value = _READERS[self.kind](self, given.strip() if isinstance(given, str) else given)
        if self.kind in ("integer", "decimal", "time"):
            if self.least is not None and value < self.least:
                raise _refused(_("不能小于 %(least)s。") % {"least": self.said(self.least)})
            if self.most is not None and value > self.most:
                raise _refused(_("不能大于 %(most)s。") % {"most": self.said(self.most)})
        return value

    def stored(self, value: Any) -> Any:
        """The value as JSON keeps it."""
        match value:
            case Decimal():
                return format(value, "f")
            case time():
                return value.strftime("%H:%M")
        return value

    def said(self, value: Any) -> str:
        """The value in words of the reader's language, without its unit."""
        match value:
            case bool():
                return _("是") if value else _("否")
            case Decimal():
                text = format(value, "f")
                return text.rstrip("0").rstrip(".") if "." in text else text
            case time():
                return value.strftime("%H:%M")
        if self.kind == "choice":
            return str(dict(self.choices)[value])
        return str(value)


_defined: dict[str, Parameter] = {}
_groups: dict[str, tuple[int, Text]] = {}


def define(parameter: Parameter) -> Parameter:
    """Make a parameter known (from a slice's `apps.py`). ValueError if its key is another's."""
    if _defined.setdefault(parameter.key, parameter) != parameter:
        raise ValueError(f"the parameter {parameter.key} is defined twice")
    return parameter


def define_group(key: str, label: Text, position: int) -> None:
    """Give a group of parameters its heading and its place on the page."""
    _groups[key] = (position, label)


def defined() -> list[Parameter]:
    """All parameters, in the order in which they were defined, group by group."""
    return sorted(_defined.values(), key=lambda p: _groups.get(p.group, (999, ""))[0])


def group_label(key: str) -> str:
    return str(_groups[key][1]) if key in _groups else key


def find(key: str) -> Parameter:
    """Return a parameter's definition. Raises LookupError: asking for an unknown one is a mistake
    of the program."""
    try:
        return _defined[key]
    except KeyError:
        raise LookupError(f"no slice defines the parameter {key!r}")


def value(key: str, on: date | None = None) -> Any:
    """Return the value that holds on a day, today if none is given.

    Right at once in the transaction and the process that set it, within five seconds in others;
    within one transaction always the same, unless it sets the value itself.
    """
    parameter = find(key)
    held = store.held(key, on or timezone.localdate())
    return parameter.default if held is store.NOTHING else reread(parameter, held)


def reread(parameter: Parameter, kept: Any) -> Any:
    """Return a stored value as its kind; the default if today's definition refuses it.

    Bounds may have been narrowed since it was set: the program must go on.
    """
    try:
        return parameter.read(kept)
    except Invalid:
        return parameter.default


def _refused(message: str) -> Invalid:
    return Invalid(message, "value")


def _integer(parameter: Parameter, given: Any) -> int:
    if isinstance(given, str):
        try:
            given = int(given)
        except ValueError:
            raise _refused(_("请填整数，例如 %(example)s。") % {"example": parameter.default})
    if isinstance(given, bool) or not isinstance(given, int):
        raise _refused(_("请填整数，例如 %(example)s。") % {"example": parameter.default})
    if abs(given) > _LARGEST:
        raise _refused(_("这个数太大了。"))
    return given


def _decimal(parameter: Parameter, given: Any) -> Decimal:
    if isinstance(given, bool | float) or not isinstance(given, str | int | Decimal):
        raise _refused(_("请填数字，例如 %(example)s。") % {"example": parameter.default})
    try:
        number = Decimal(given)
    except InvalidOperation:
        raise _refused(_("请填数字，例如 %(example)s。") % {"example": parameter.default})
    if not number.is_finite():
        raise _refused(_("请填数字，例如 %(example)s。") % {"example": parameter.default})
    if abs(number) > _LARGEST:
        raise _refused(_("这个数太大了。"))
    if number != round(number, _PLACES):
        raise _refused(_("小数点后最多 %(places)s 位。") % {"places": _PLACES})
    # one way of writing each number: 2, 2.0 and 2.00 are no change of each other
    return Decimal(int(number)) if number == int(number) else number.normalize()


def _boolean(_parameter: Parameter, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    said = {"true": True, "false": False}
    if isinstance(given, str) and given.lower() in said:
        return said[given.lower()]
    raise _refused(_("请选是或否。"))


def _choice(parameter: Parameter, given: Any) -> str:
    if isinstance(given, str) and given in dict(parameter.choices):
        return given
    raise _refused(_("请从列出的里面选一个。"))


def _time(_parameter: Parameter, given: Any) -> time:
    if isinstance(given, str):
        try:
            given = time.fromisoformat(given)
        except ValueError:
            raise _refused(_("请填时间，例如 08:30。"))
    if not isinstance(given, time) or given.tzinfo or given.second or given.microsecond:
        raise _refused(_("请填时间，例如 08:30。"))
    return given


def _text(parameter: Parameter, given: Any) -> str:
    if not isinstance(given, str) or "\0" in given:
        raise _refused(_("请填文字。"))
    longest = _LONGEST if parameter.most is None else parameter.most
    if len(given) > longest:
        raise _refused(_("最多 %(most)s 个字。") % {"most": longest})
    if parameter.least is not None and len(given) < parameter.least:
        raise _refused(_("至少 %(least)s 个字。") % {"least": parameter.least})
    return given


_READERS: dict[str, Callable[[Parameter, Any], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "choice": _choice,
    "time": _time,
    "text": _text,
}
