"""How durations, instants, numbers and clocks read on a page, in the reader's language.

Pure but for the active language: no database, no wall clock; "now", the time zone and the length
of a working day are given. The wording is that of the product's look: two units at most in lists,
three where a clock is explained; a table says `11-19 14:30`, a sentence `11 月 20 日（周五）14:00`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .speech import spoken

UNKNOWN = "—"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FEW = 20  # a rate over fewer than this is a fraction: one case more would move it by 5 points

MONTHS = (
    gettext_noop("1 月"),
    gettext_noop("2 月"),
    gettext_noop("3 月"),
    gettext_noop("4 月"),
    gettext_noop("5 月"),
    gettext_noop("6 月"),
    gettext_noop("7 月"),
    gettext_noop("8 月"),
    gettext_noop("9 月"),
    gettext_noop("10 月"),
    gettext_noop("11 月"),
    gettext_noop("12 月"),
)
WEEKDAYS = (
    gettext_noop("周一"),
    gettext_noop("周二"),
    gettext_noop("周三"),
    gettext_noop("周四"),
    gettext_noop("周五"),
    gettext_noop("周六"),
    gettext_noop("周日"),
)


# durations ---------------------------------------------------------------------------------------


def duration(
    amount: timedelta,
    *,
    day: timedelta | None = None,
    units: int = 2,
    say: Callable[[str], str] | None = None,
) -> str:
    """Say a length of time in days, hours and minutes, rounded down: `1 天 2 小时 40 分`.

    `day` is the length of one day in the limit's own time (7.5 working hours, or 24 hours);
    without it the largest unit is the hour. `units` counts from the largest unit present. `say` is
    `speech.spoken()`, where the caller has it.
    ValueError for a negative length.
    """
    if amount < timedelta(0):
        raise ValueError("a duration cannot be negative")
    _ = say or spoken()
    if timedelta(0) < amount < MINUTE:
        return _("不到 1 分")
    days, rest = divmod(amount, day) if day else (0, amount)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    counts = [
        (days, _("%(count)s 天")),
        (hours, _("%(count)s 小时")),
        (minutes, _("%(count)s 分")),
    ]
    while len(counts) > 1 and counts[0][0] == 0:
        counts.pop(0)
    said = [text % {"count": integer(count)} for count, text in counts[:units] if count]
    return " ".join(said) or _("%(count)s 分") % {"count": 0}


def left(
    amount: timedelta,
    *,
    day: timedelta | None = None,
    units: int = 2,
    paused: bool = False,
    say: Callable[[str], str] | None = None,
) -> str:
    """Say what is left of a limit: `还剩 1 天 2 小时`, `超 40 分`, `停在 4 天 2 小时`.

    Negative is late. Rounded down by its size, so that nothing reads longer than it is.
    """
    _ = say or spoken()
    if timedelta(0) < abs(amount) < MINUTE and not paused:
        return _("刚超时") if amount < timedelta(0) else _("还剩不到 1 分")
    said = {"duration": duration(abs(amount), day=day, units=units, say=_)}
    if amount < timedelta(0):
        return _("超 %(duration)s") % said
    return _("停在 %(duration)s") % said if paused else _("还剩 %(duration)s") % said


def average(amount: timedelta | None, *, day: timedelta) -> str:
    """Say a mean or median time in days with one decimal: `4.1 天`; `—` when there is none."""
    if amount is None:
        return UNKNOWN
    return _("%(count)s 天") % {"count": f"{amount / day:.1f}"}


# instants ----------------------------------------------------------------------------------------


def _local(at: datetime | date, tz: tzinfo) -> datetime | date:
    if not isinstance(at, datetime):
        return at
    if at.utcoffset() is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(tz)


def _this_year(now: datetime, tz: tzinfo) -> int:
    return _local(now, tz).year


def day(at: datetime | date, *, now: datetime, tz: tzinfo) -> str:
    """Say a date in a table: `11-19`, in another year `2027-01-18`."""
    local = _local(at, tz)
    return f"{local:%m-%d}" if local.year == _this_year(now, tz) else f"{local:%Y-%m-%d}"


def moment(at: datetime, *, now: datetime, tz: tzinfo) -> str:
    """Say an instant in a table: `11-19 14:30`, in another year `2027-01-18`."""
    local = _local(at, tz)
    return f"{local:%m-%d %H:%M}" if local.year == _this_year(now, tz) else f"{local:%Y-%m-%d}"


def day_long(at: datetime | date, *, now: datetime, tz: tzinfo) -> str:
    """Say a date in a sentence: `11 月 20 日（周五）`, in another year with the year before it."""
    local = _local(at, tz)
    parts = {
        "year": local.year,
        "month": _(MONTHS[local.month - 1]),
        "day": local.day,
        "weekday": _(WEEKDAYS[local.weekday()]),
    }
    if local.year == _this_year(now, tz):
        return _("%(month)s %(day)s 日（%(weekday)s）") % parts
    return _("%(year)s 年 %(month)s %(day)s 日（%(weekday)s）") % parts


def moment_long(at: datetime, *, now: datetime, tz: tzinfo) -> str:
    """Say an instant in a sentence: `11 月 20 日（周五）14:00`."""
    return _("%(date)s%(time)s") % {
        "date": day_long(at, now=now, tz=tz),
        "time": f"{_local(at, tz):%H:%M}",
    }


def period(start: datetime, end: datetime | None, *, now: datetime, tz: tzinfo) -> str:
    """Say from when to when: `11-05 10:00 – 13:50`; without an end `11-17 15:00 起`."""
    first = moment(start, now=now, tz=tz)
    if end is None:
        return _("%(start)s 起") % {"start": first}
    last = moment(end, now=now, tz=tz)
    one_day = _local(start, tz).strftime("%Y-%m-%d") == _local(end, tz).strftime("%Y-%m-%d")
    if one_day:
        if first == last:
            return first
        last = f"{_local(end, tz):%H:%M}"
    return f"{first} – {last}"


# numbers -----------------------------------------------------------------------------------------


def integer(number: int | None) -> str:
    """Say a count with separators: `8,942`; `—` when it is not known."""
    return UNKNOWN if number is None else f"{number:,}"


def rate(part: int | None, whole: int | None) -> str:
    """Say a share: `94.6%`, half up; `17/18` when the whole is under 20; `—` when it is nought."""
    if part is None or not whole:
        return UNKNOWN
    if whole < FEW:
        return f"{part}/{whole}"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def filesize(size: int) -> str:
    """Say the size of a file, given in bytes: `0.8 MB`; below 0.1 MB in whole KB, rounded up."""
    if size < 1024:
        return f"{size} B"
    if size < 100 * 1024:
        return f"{-(-size // 1024)} KB"
    return f"{size / 1024**2:,.1f} MB"


def phone(number: str) -> str:
    """Group a telephone number: `138 0013 0621`, `8601 2207`; others stay as they are."""
    digits = _digits(number)
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if len(digits) == 8:
        return f"{digits[:4]} {digits[4:]}"
    return number.strip()


def phone_masked(number: str) -> str:
    """Say a personal number so that it can be recognised but not called: `138 **** 0621`."""
    digits = _digits(number)
    if len(digits) >= 11:
        return f"{digits[:3]} **** {digits[-4:]}"
    return f"**** {digits[-4:]}" if len(digits) >= 7 else "****"


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


# lights ------------------------------------------------------------------------------------------

# value of a light -> (class of its shape, its word, class of a text that it colours)
LIGHTS: dict[str | None, tuple[str, str, str]] = {
    "green": ("is-green", gettext_noop("绿"), ""),
    "yellow": ("is-amber", gettext_noop("黄"), "yq-text-amber"),
    "red": ("is-red", gettext_noop("红"), "yq-text-red"),
    "paused": ("is-pause", gettext_noop("停"), "yq-muted"),
    "done": ("is-none", gettext_noop("不计时"), "yq-muted"),
    None: ("is-none", gettext_noop("不计时"), "yq-muted"),
}


def light_parts(light) -> tuple[str, str, str]:
    """Return the class, the word and the text class of a light; None means that no clock runs.

    Takes the light's value or an enumeration that has it. KeyError for an unknown one: a page
    never shows a light that it does not know as a harmless one.
    """
    tone, word, text = LIGHTS[getattr(light, "value", light) or None]
    return tone, _(word), text


# the clock's bar ---------------------------------------------------------------------------------

GAP = 0.25  # percent of white between two segments


@dataclass(frozen=True, slots=True)
class Segment:
    """One holder's piece of a clock; x and width in percent of the bar.

    kind: c1 (intake), c2 and c3 (the two departments that held most), c4 (others), pause, left.
    """

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class ClockBar:
    """A clock as one bar of its own time: who held it, what stopped it, where now stands.

    now and due are percents of the bar; due only when it lies before now.
    """

    segments: tuple[Segment, ...]
    now: float | None
    start: str
    end: str
    label: str
    due: float | None = None

    @classmethod
    def laid_out(
        cls,
        parts: Sequence[tuple[timedelta, str]],
        left: timedelta,
        *,
        start: str,
        end: str,
        label: str,
        running: bool = True,
    ) -> "ClockBar":
        """Lay out lengths in the clock's own time, pauses with the length that they spared.

        `left` is what remains; negative moves the due mark back from now. `start` and `end`
        are the words under the bar (the start's date, the due instant), `label` the sentence
        for those who don't see it. A stopped clock (running=False) shows neither what is left
        nor the mark of now.
        """
        used = sum((length for length, _kind in parts), timedelta(0))
        ahead = max(left, timedelta(0)) if running else timedelta(0)
        whole = (used + ahead) or MINUTE
        segments, at = [], timedelta(0)
        for length, kind in [*parts, (ahead, "left")]:
            if length > timedelta(0):
                width = max(100 * (length / whole) - GAP, GAP)
                segments.append(Segment(round(100 * (at / whole), 2), round(width, 2), kind))
            at += length
        now = round(100 * (used / whole), 2)
        due = (
            round(100 * (max(used + left, timedelta(0)) / whole), 2)
            if left < timedelta(0)
            else None
        )
        return cls(tuple(segments), now if running else None, start, end, label, due)
