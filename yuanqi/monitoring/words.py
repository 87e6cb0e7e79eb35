"""What pages say of figures: what is odd about them, what is known of them."""

from django.utils import dateformat
from django.utils.translation import gettext as _

from yuanqi.foundation.models import Account
from yuanqi.registry.indicators import MEASURES, Measure
from yuanqi.registry.models import ContactPerson, IndicatorSource

from .board import figure_text
from .known import KnownFigure
from .models import Round
from .oddities import Oddity, Rule


def measure_of(field: str, round_: Round) -> Measure:
    return MEASURES[field] if field in MEASURES else MEASURES[round_.forecast]


def odd(one: Oddity, round_: Round) -> str:
    """What is odd about a figure, with what stood there before beside it."""
    measure = measure_of(one.field, round_)
    said = {
        "label": measure.label,
        "unit": measure.unit,
        "value": figure_text(one.value),
        "times": f"{one.times:,}",
    }
    if one.before is not None:
        said["before"] = figure_text(one.before.value)
        said["month"] = dateformat.format(one.before.month, _("Y 年 n 月"))
    match one.rule:
        case Rule.NO_STAFF:
            told = _("从业人数填了 0，一个人也没有吗？") % said
            if one.before is not None:
                told += _("%(month)s是 %(before)s 人。") % said
            return told
        case Rule.NO_POWER:
            return _("有产值，用电量却是 0，是不是漏填了？") % said
        case Rule.NEGATIVE:
            return _("%(label)s是负数：%(value)s %(unit)s，是退税这样的情况吗？") % said
        case Rule.MORE:
            told = (
                _("填的是 %(value)s %(unit)s，%(month)s是 %(before)s，相当于 %(times)s 倍。") % said
            )
        case Rule.LESS:
            told = _("填的是 %(value)s %(unit)s，%(month)s是 %(before)s，一下少了这么多？") % said
    if one.rule is Rule.MORE and one.may_be_wrong_unit and not measure.is_whole:
        told += _("这里的单位是%(unit)s，是不是按元填了？") % said
    return told


def known(one: KnownFigure) -> str:
    """What is known of a measure before it is filled in, with who said it."""
    parts = []
    if one.last is not None:
        parts.append(_("上月 %(value)s") % {"value": figure_text(one.last.value)})
    if one.year_ago is not None:
        parts.append(_("去年同月 %(value)s") % {"value": figure_text(one.year_ago.value)})
    row = one.stated
    if row is not None and row.source == IndicatorSource.DEPARTMENT:
        parts.append(_("部门已报 %(value)s，请核对") % {"value": figure_text(row.value)})
    elif row is not None and row.source == IndicatorSource.IMPORT:
        parts.append(_("园区已录 %(value)s，请核对") % {"value": figure_text(row.value)})
    elif row is None and one.sent_back is None and one.last is not None and one.measure.is_whole:
        parts.append(_("先按上月填好，请核对"))
    return _("，").join(parts)


def account_name(account: Account) -> str:
    """Whose account it is, as people call him: the contact's or officer's name."""
    person = ContactPerson.objects.filter(account=account).first()
    if person is not None:
        return person.name
    officer = getattr(account, "officer", None)
    return officer.name if officer else account.username
