"""Finding enterprises by parts of their names and codes, and by initials."""

import pytest

from tests.people import BEFORE, Zone
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.search import name_lexemes
from yuanqi.registry import operations, search
from yuanqi.registry.models import Enterprise, EnterpriseSearch

pytestmark = pytest.mark.django_db


def found(zone: Zone, who: str, text: str) -> list[str]:
    actor = zone.actor(getattr(zone, who))
    return [one.short_name for one in search.first_found(text, actor, 10)]


@pytest.mark.parametrize(
    "text", ["松濑", "濑精", "陶瓷 云泽", "sljm", "jmtc", "MA1XK001", "xk001", "松濑 云泽 陶瓷"]
)
def test_an_enterprise_is_found_by_parts_of_its_name_and_code_and_by_initials(zone, text):
    assert found(zone, "clerk", text) == ["松濑精密陶瓷"]


@pytest.mark.parametrize("text", ["", "😀", "不存在", "slsl", "k9", "' & '", "\0"])
def test_what_is_not_there_is_not_found(zone, text):
    assert found(zone, "clerk", text) == []


def test_an_enterprise_finds_itself_and_no_other(zone):
    assert found(zone, "contact", "松濑") == ["松濑精密陶瓷"]
    assert found(zone, "stranger", "松濑") == []
    assert sorted(found(zone, "safety_handler", "913205")) == ["松濑精密陶瓷", "禾屿生物医药"]


def test_a_new_enterprise_is_found_at_once(zone):
    operations.enterprise_register(
        code=uscc.make("91320583", "MA1XK009"),
        name="重工长安（云泽）股份有限公司",
        short_name="重工长安",
        actor=SYSTEM,
        at=BEFORE,
    )

    assert found(zone, "clerk", "zgca") == ["重工长安"]


def test_a_changed_name_is_found_once_it_is_indexed_again(zone):
    Enterprise.objects.filter(pk=zone.enterprise.pk).update(
        short_name="松濑新材料", name="松濑新材料"
    )
    assert found(zone, "clerk", "新材料") == []

    assert search.index([zone.enterprise.pk, 0]) == 1

    assert found(zone, "clerk", "xcl") == ["松濑新材料"]
    assert EnterpriseSearch.objects.count() == 2
    assert "~xcl" in name_lexemes("松濑新材料")
