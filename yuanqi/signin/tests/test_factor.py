"""The second factor: enrolled, asked for, replayed in vain, lost, recovered, demanded."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.people import PASSWORD
from tests.together import at_once
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import Account, JournalEvent
from yuanqi.signin import acts, entering, operations, totp
from yuanqi.signin.gate import DEMAND
from yuanqi.signin.models import Door, RecoveryCode, SecondFactor
from yuanqi.signin.store import SessionStore

from .doing import GOOD, NOW, account, enrol, is_in, kinds, put, security_admin, sign_in

HERE = {"address": "192.0.2.7", "device": "Firefox · Linux"}
STEP = timedelta(seconds=30)


@pytest.fixture
def zhou(db):
    return account("zhou")


def code_at(secret: str, when) -> str:
    return totp.code(secret, totp.counter_at(when))


def check(person: Account, code: str, when=NOW):
    return entering.factor_check(account=person, code=code, at=when, **HERE)


def test_an_app_is_bound_by_its_first_right_code(zhou):
    secret, codes = enrol(zhou, NOW)

    assert kinds(zhou.pk) == ["signin.second_factor_enrolled"]
    assert len(set(codes)) == 10
    row = SecondFactor.objects.get()
    assert secret not in row.secret
    assert not any(
        code.replace("-", "") in digest
        for code in codes
        for digest in RecoveryCode.objects.values_list("digest", flat=True)
    )


def test_a_wrong_first_code_binds_nothing(zhou):
    secret = totp.draw()
    wrong = code_at(secret, NOW + 9 * STEP)

    with pytest.raises(Invalid):
        operations.factor_enrol(secret=secret, code=wrong, actor=actor_for(zhou, NOW), at=NOW)

    assert not SecondFactor.objects.exists()
    assert kinds(zhou.pk) == []


def test_a_code_is_good_once_within_its_window(zhou):
    secret, _codes = enrol(zhou, NOW)
    later = NOW + 4 * STEP
    code = code_at(secret, later)

    assert check(zhou, code, later) == "totp"
    assert check(zhou, code, later) is None
    assert check(zhou, code, later + STEP) is None
    assert check(zhou, code_at(secret, later - STEP), later) is None
    assert check(zhou, code_at(secret, later + STEP), later) == "totp"


def test_the_code_of_the_enrolment_does_not_sign_in(zhou):
    secret, _codes = enrol(zhou, NOW)

    assert check(zhou, code_at(secret, NOW), NOW) is None


def test_one_code_given_twice_at_once_is_good_once(committed):
    person = account("zhou")
    secret, _codes = enrol(person, NOW)
    later = NOW + 4 * STEP

    answers = at_once(*[lambda: check(person, code_at(secret, later), later)] * 2)

    assert sorted(answers, key=str) == [None, "totp"]


def test_one_recovery_code_given_twice_at_once_is_good_once(committed):
    person = account("zhou")
    _secret, codes = enrol(person, NOW)

    answers = at_once(*[lambda: check(person, codes[3])] * 2)

    assert sorted(answers, key=str) == [None, "recovery"]


def test_a_recovery_code_stands_in_once_however_it_is_written(zhou):
    _secret, codes = enrol(zhou, NOW)

    assert check(zhou, codes[0].lower().replace("-", " ")) == "recovery"
    assert check(zhou, codes[0]) is None
    assert check(zhou, codes[1]) == "recovery"


def test_a_recovery_code_of_another_is_worth_nothing(zhou):
    other = account("other")
    enrol(zhou, NOW)
    _secret, codes = enrol(other, NOW)

    assert check(zhou, codes[0]) is None


def test_after_a_clock_set_back_the_app_still_opens(zhou):
    secret, _codes = enrol(zhou, NOW + timedelta(days=300))

    assert check(zhou, code_at(secret, NOW), NOW) == "totp"
    assert check(zhou, code_at(secret, NOW), NOW) is None


def test_wrong_codes_lock_like_wrong_passwords(zhou):
    secret, _codes = enrol(zhou, NOW)
    for _number in range(5):
        assert check(zhou, "000000", NOW + 5 * STEP) is None

    with pytest.raises(entering.TooMany):
        check(zhou, code_at(secret, NOW + 5 * STEP), NOW + 5 * STEP)
    assert kinds(zhou.pk)[-1] == "signin.locked"


def test_who_knows_the_password_cannot_go_on_guessing_codes(zhou):
    enrol(zhou, NOW)
    tries = 0
    with pytest.raises(entering.TooMany):
        for _number in range(50):
            entering.password_check(username="zhou", password=PASSWORD, at=NOW, **HERE)
            check(zhou, "000000")
            tries += 1

    assert tries <= 5


def test_the_password_alone_does_not_let_in(zhou):
    secret, _codes = enrol(zhou, timezone.now() - timedelta(minutes=5))
    client = Client()

    answer = sign_in(client, "zhou", next="/account/")

    assert answer["Location"] == "/account/code/"
    assert not is_in(client)
    assert kinds(zhou.pk)[-1] == "signin.second_factor_enrolled"

    answer = client.post("/account/code/", {"code": "000000"})
    assert answer.status_code == 422
    assert not is_in(client)

    before = client.cookies["sessionid"].value
    answer = client.post("/account/code/", {"code": code_at(secret, timezone.now())})
    assert answer["Location"] == "/account/"
    assert is_in(client)
    assert client.cookies["sessionid"].value != before
    event = JournalEvent.objects.get(kind="signin.signed_in")
    assert event.payload["methods"] == ["password", "totp"]
    assert not Door.objects.exists()


def test_without_a_password_there_is_no_code_to_give(zhou):
    enrol(zhou, NOW)

    assert Client().get("/account/code/")["Location"] == "/account/login/"


def test_one_may_turn_back_to_another_account(zhou):
    enrol(zhou, NOW)
    client = Client()
    sign_in(client, "zhou")

    assert client.post("/account/code/", {"give_up": "1"})["Location"] == "/account/login/"
    assert client.get("/account/login/").status_code == 200


# --- pages -------------------------------------------------------------------------------------


def test_the_page_of_enrolment_shows_a_picture_and_the_secret(zhou):
    client = Client()
    sign_in(client, "zhou")

    page = client.get("/account/factor/")

    html = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in html
    secret = page.context["secret"].replace(" ", "")
    answer = client.post("/account/factor/", {"code": code_at(secret, timezone.now())})
    assert answer.status_code == 201
    codes = answer.context["codes"]
    assert len(codes) == 10
    assert entering.is_enrolled(zhou.pk)
    # shown this once
    assert codes[0] not in client.get("/account/").content.decode()


def test_a_wrong_code_leaves_the_same_picture(zhou):
    client = Client()
    sign_in(client, "zhou")
    secret = client.get("/account/factor/").context["secret"]

    answer = client.post("/account/factor/", {"code": "000000"})

    assert answer.status_code == 422
    assert answer.context["secret"] == secret


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/account/factor/"),
        ("post", "/account/factor/codes/"),
        ("post", "/account/factor/removal/"),
    ],
)
def test_the_password_is_asked_again_after_ten_minutes(zhou, method, path):
    enrol(zhou, NOW) if method == "post" else None
    client = Client()
    client.force_login(zhou)

    answer = getattr(client, method)(path)

    assert answer["Location"].startswith("/account/confirmation/?next=")
    assert SecondFactor.objects.count() == (method == "post")
    wrong = client.post("/account/confirmation/", {"password": "wrong", "next": path})
    assert wrong.status_code == 422
    right = client.post("/account/confirmation/", {"password": PASSWORD, "next": path})
    assert right["Location"] == path
    assert "confirmation" not in getattr(client, method)(path).headers.get("Location", "")


def test_wrong_confirmations_count_at_the_door(zhou):
    client = Client()
    client.force_login(zhou)
    for _number in range(5):
        client.post("/account/confirmation/", {"password": "wrong"})

    assert client.post("/account/confirmation/", {"password": PASSWORD}).status_code == 429


def test_a_confirmation_leads_only_to_our_own_pages(zhou):
    client = Client()
    client.force_login(zhou)

    answer = client.post(
        "/account/confirmation/", {"password": PASSWORD, "next": "https://evil.example/"}
    )

    assert answer["Location"] == "/account/"


def test_new_recovery_codes_make_the_old_ones_worthless(zhou):
    _secret, old = enrol(zhou, NOW)

    new = operations.recovery_codes_renew(actor=actor_for(zhou, NOW), at=NOW)

    assert check(zhou, old[0]) is None
    assert check(zhou, new[0]) == "recovery"


# --- who must have one -------------------------------------------------------------------------


def test_who_must_have_one_is_led_to_it_and_can_do_nothing_else(db):
    person = account("sec", Role.SECURITY_ADMIN)
    put("totp_required", "administrators", when=timezone.now())
    client = Client()
    sign_in(client, "sec")

    for path in ("/", "/account/", "/signin/", "/account/password/change/"):
        assert client.get(path)["Location"].startswith("/account/factor/"), path
    assert client.post(f"/signin/accounts/{person.pk}/password/demand/").status_code == 302
    assert client.get("/api/v1/requests").status_code == 403
    fragment = client.get("/signin/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/account/factor/")

    secret = client.get("/account/factor/").context["secret"].replace(" ", "")
    client.post("/account/factor/", {"code": code_at(secret, timezone.now())})

    assert client.get("/signin/").status_code == 200


@pytest.mark.parametrize(
    ("required", "led"),
    [("none", []), ("administrators", ["sec"]), ("staff", ["clerk", "sec"])],
)
def test_the_park_says_who_must_have_one(zone, required, led):
    account("sec", Role.SECURITY_ADMIN)
    if required != "none":
        put("totp_required", required, when=timezone.now())
    found = []
    for name in ("clerk", "contact", "sec"):
        client = Client()
        sign_in(client, name)
        if SessionStore(client.cookies["sessionid"].value).get(DEMAND):
            found.append(name)

    assert found == led


def test_who_must_have_one_does_not_take_it_off_himself(db):
    person = account("sec", Role.SECURITY_ADMIN)
    enrol(person, NOW)
    put("totp_required", "administrators")

    with pytest.raises(Conflict):
        operations.factor_remove(actor=actor_for(person, NOW), at=NOW)

    assert entering.is_enrolled(person.pk)


def test_who_need_not_have_one_takes_it_off(zhou):
    enrol(zhou, NOW)

    operations.factor_remove(actor=actor_for(zhou, NOW), at=NOW)

    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert kinds(zhou.pk)[-1] == "signin.second_factor_removed"


def test_the_security_administrator_takes_off_a_lost_one(zhou):
    enrol(zhou, NOW)
    client = Client()
    client.force_login(zhou)

    operations.factor_remove_lost(
        account_id=zhou.pk, reason="手机丢失，已当面核实", actor=security_admin(), at=NOW
    )

    assert not entering.is_enrolled(zhou.pk)
    assert not is_in(client)
    event = JournalEvent.objects.get(kind="signin.second_factor_removed")
    assert event.payload == {"by_owner": False, "reason": "手机丢失，已当面核实"}


def test_a_security_administrator_asks_another_for_his_own(db):
    first, second = account("sec1", Role.SECURITY_ADMIN), account("sec2", Role.SECURITY_ADMIN)
    enrol(first, NOW)

    with pytest.raises(NotAllowed):
        operations.factor_remove_lost(
            account_id=first.pk, reason="我的", actor=actor_for(first, NOW), at=NOW
        )
    operations.factor_remove_lost(
        account_id=first.pk, reason="来电核实", actor=actor_for(second, NOW), at=NOW
    )


@pytest.mark.parametrize("role", [None, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.CENTRE])
def test_nobody_else_takes_off_anothers(zhou, role):
    enrol(zhou, NOW)
    other = actor_for(account("other", *([role] if role else [])), NOW)

    with pytest.raises(NotAllowed):
        operations.factor_remove_lost(account_id=zhou.pk, reason="x", actor=other, at=NOW)

    assert entering.is_enrolled(zhou.pk)


# --- a password that must be changed -----------------------------------------------------------


def test_who_must_change_the_password_can_do_nothing_else(zone):
    person = zone.clerk.account
    acts.require_new_password(account_id=person.pk, actor=security_admin(), at=NOW)
    client = Client()
    sign_in(client, "clerk", next="/requests/")

    for path in ("/requests/", "/account/", "/account/factor/"):
        assert client.get(path)["Location"].startswith("/account/password/change/"), path
    assert client.get("/api/v1/requests").status_code == 403
    page = client.get("/account/password/change/?next=/requests/")
    assert "再做别的" in page.content.decode()

    form = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD, "next": "/requests/"}
    assert client.post("/account/password/change/", form)["Location"] == "/requests/"
    assert client.get("/requests/").status_code == 200


def test_after_the_password_the_second_factor_is_demanded(db):
    person = account("sec", Role.SECURITY_ADMIN)
    put("totp_required", "administrators", when=timezone.now())
    acts.require_new_password(account_id=person.pk, actor=security_admin("other"), at=NOW)
    client = Client()
    sign_in(client, "sec")
    form = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}

    client.post("/account/password/change/", form)

    assert client.get("/signin/")["Location"].startswith("/account/factor/")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"oldpassword": "wrong", "password1": GOOD, "password2": GOOD}, "oldpassword"),
        ({"oldpassword": PASSWORD, "password1": GOOD, "password2": "other"}, "password2"),
        ({"oldpassword": PASSWORD, "password1": "short", "password2": "short"}, "password1"),
        ({"oldpassword": PASSWORD, "password1": "", "password2": ""}, "password1"),
    ],
)
def test_a_refused_change_says_where_and_changes_nothing(zhou, form, field):
    client = Client()
    client.force_login(zhou)

    answer = client.post("/account/password/change/", form)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    zhou.refresh_from_db()
    assert zhou.check_password(PASSWORD)
    assert "signin.password_changed" not in kinds(zhou.pk)


# --- another secret of the program's -----------------------------------------------------------


def test_with_the_old_secret_known_apps_and_recovery_codes_go_on(zhou, settings):
    secret, codes = enrol(zhou, NOW)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of this installation, long enough"

    assert check(zhou, code_at(secret, NOW + STEP), NOW + STEP) is None

    settings.SECRET_KEY_FALLBACKS = [old]
    later = NOW + 3 * STEP
    assert check(zhou, code_at(secret, later), later) == entering.TOTP
    assert check(zhou, codes[0], later) == entering.RECOVERY
    assert check(zhou, codes[0], later) is None


def test_renewed_a_secret_no_longer_needs_the_old_key_and_what_cant_be_read_is_told(
    zhou, settings, capsys
):
    secret, _codes = enrol(zhou, NOW)
    other, _more = enrol(account("song"), NOW)
    # kept for somebody else, it is nobody's
    his = SecondFactor.objects.get(account=zhou).secret
    SecondFactor.objects.exclude(account=zhou).update(secret=his)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of this installation, long enough"
    settings.SECRET_KEY_FALLBACKS = [old]

    call_command("renew_secrets")

    said = capsys.readouterr().out
    assert "1 second factors are kept with today's key now." in said
    assert "1 can't be read" in said
    settings.SECRET_KEY_FALLBACKS = []
    later = NOW + STEP
    assert check(zhou, code_at(secret, later), later) == entering.TOTP
    assert other != secret
