"""A new installation: prepared once, with three administrators who are three."""

from datetime import UTC, datetime

import pytest

from yuanqi.casework.models import LimitRule, MechanismVersion
from yuanqi.foundation import verify
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.organisation.models import CalendarVersion, Department
from yuanqi.servicedesk.models import Category
from yuanqi.web import beginnings

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)


def test_an_empty_platform_gets_calendar_rules_categories_and_three_administrators():
    lines = list(beginnings.prepare(at=AT))

    assert CalendarVersion.objects.get().is_current
    assert MechanismVersion.objects.count() == 1
    assert LimitRule.objects.filter(purpose="resolve").exists()
    assert Category.objects.count() == 30
    assert not Department.objects.exists()
    assert sorted(RoleGrant.objects.values_list("account__username", "role")) == [
        ("audadmin", "audit_admin"),
        ("secadmin", "security_admin"),
        ("sysadmin", "system_admin"),
    ]
    shown = {line.split()[0]: line.split()[1] for line in lines if line.startswith("  ")}
    assert set(shown) == {"sysadmin", "secadmin", "audadmin"}
    for username, password in shown.items():
        assert len(password) >= 16
        assert Account.objects.get(username=username).check_password(password)
    assert len(set(shown.values())) == 3
    assert verify.run(whole=True).intact
    assert JournalEvent.objects.filter(kind="access.account_opened").count() == 3


def test_preparing_again_is_refused_and_changes_nothing():
    list(beginnings.prepare(at=AT))
    before = (Account.objects.count(), JournalEvent.objects.count())

    with pytest.raises(Conflict):
        list(beginnings.prepare(at=AT))

    assert (Account.objects.count(), JournalEvent.objects.count()) == before


def test_no_password_stands_in_the_journal():
    lines = list(beginnings.prepare(at=AT))

    told = "".join(str(event.payload) for event in JournalEvent.objects.all())
    for line in lines:
        if line.startswith("  "):
            assert line.split()[1] not in told
