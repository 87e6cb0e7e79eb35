"""Which passwords are good, in both profiles; what is kept of old ones."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.people import PASSWORD
from yuanqi.foundation.actors import actor_for
from yuanqi.foundation.errors import Invalid
from yuanqi.signin import acts, entering, operations
from yuanqi.signin.models import AccountSecurity, PasswordBefore

from .doing import GOOD, NOW, account, kinds, put, security_admin


def refused(password: str, person=None) -> list[str]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [one.code for one in error.error_list]
    return []


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("correct horse staple", []),
        ("zither-lantern", []),
        ("四五个不相干的中文词语连起来", []),
        ("short-one-7", ["too_short"]),
        ("x" * 129, ["too_long", "too_common"]),
        ("aaaaaaaaaaaaaa", ["too_common"]),
        ("passwordpassword", ["too_common", "context"]),
        ("liverpool2026!", ["too_common"]),
        ("zhoumin-zhoumin", ["context"]),
        ("zhoumin-123", ["too_short", "context"]),
        ("Yunze2026Yuanqi", ["context"]),
        ("云泽高新区云泽高新区12", ["context"]),
        ("yunzegaoxinqu", ["context"]),
    ],
)
def test_length_common_and_context_words_are_refused_in_both_profiles(db, password, codes):
    person = account("zhoumin")

    assert refused(password, person) == codes
    put("profile", "mlps")
    assert [code for code in refused(password, person) if code != "classes"] == codes


def test_a_context_word_may_stand_among_others(db):
    assert refused("zither-zhoumin-lantern", account("zhoumin")) == []


def test_only_the_mlps_profile_asks_for_classes_of_characters(db):
    person = account("zhoumin")

    assert refused("zither lantern maple", person) == []
    put("profile", "mlps")
    assert refused("zither lantern maple", person) == ["classes"]
    assert refused("Zither lantern maple", person) == []
    assert refused("Zither5lantern", person) == []


def test_the_length_is_the_parks_to_say_and_twelve_at_least(db):
    put("password_length", 20)
    assert refused("zither-lantern") == ["too_short"]
    with pytest.raises(Invalid):
        put("password_length", 11)


def change(person, password: str, when=NOW):
    operations.password_change(password=password, actor=actor_for(person, when), at=when)
    person.refresh_from_db()


def test_a_change_is_told_and_its_day_kept(db):
    person = account("zhoumin")

    change(person, GOOD)

    assert person.check_password(GOOD)
    assert kinds(person.pk) == ["signin.password_changed"]
    assert AccountSecurity.objects.get(account=person).password_changed_at == NOW


def test_a_refused_change_changes_nothing(db):
    person = account("zhoumin")

    with pytest.raises(Invalid):
        change(person, "short")
    with pytest.raises(Invalid):
        change(person, PASSWORD)

    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert kinds(person.pk) == []
    assert not AccountSecurity.objects.exists()


def test_old_passwords_are_kept_only_in_the_mlps_profile(db):
    person = account("zhoumin")
    change(person, GOOD)
    assert not PasswordBefore.objects.exists()

    put("profile", "mlps")
    for number in range(7):
        change(person, f"{GOOD}-{number}")

    assert PasswordBefore.objects.filter(account=person).count() == 5
    put("profile", "asvs", when=NOW + timedelta(days=1))


def test_leaving_the_mlps_profile_forgets_them(db):
    person = account("zhoumin")
    put("profile", "mlps")
    change(person, GOOD)
    assert PasswordBefore.objects.count() == 1

    put("profile", "asvs")
    change(person, f"{GOOD}-2")

    assert not PasswordBefore.objects.exists()


def test_none_of_the_last_five_comes_back_in_the_mlps_profile(db):
    person = account("zhoumin")
    put("profile", "mlps")
    used = [f"{GOOD}-{number}" for number in range(6)]
    for password in used:
        change(person, password)

    for password in used[1:]:
        with pytest.raises(Invalid):
            change(person, password)
    change(person, used[0])


def test_an_old_one_may_come_back_in_the_asvs_profile(db):
    person = account("zhoumin")
    change(person, GOOD)
    change(person, f"{GOOD}-2")

    change(person, GOOD)

    assert person.check_password(GOOD)


def test_a_password_must_be_changed_when_somebody_else_knows_it(db):
    person = account("zhoumin")
    assert not entering.must_change_password(person, NOW)

    acts.require_new_password(account_id=person.pk, actor=security_admin(), at=NOW)
    assert entering.must_change_password(person, NOW)

    change(person, GOOD)
    assert not entering.must_change_password(person, NOW)


def test_it_holds_ninety_days_in_the_mlps_profile_and_for_ever_in_the_other(db):
    person = account("zhoumin")
    change(person, GOOD)
    later = NOW + timedelta(days=90)

    assert not entering.must_change_password(person, later)
    put("profile", "mlps")
    assert not entering.must_change_password(person, later - timedelta(seconds=1))
    assert entering.must_change_password(person, later)
