"""Coming in by the city's identity, against a provider that behaves and misbehaves."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.evidence import every_row
from tests.people import PASSWORD
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import Account, JournalEvent, JournalPersonal
from yuanqi.signin import acts, oidc, operations, totp
from yuanqi.signin.models import CityIdentity

from . import provider as city
from .doing import NOW, account, enrol, is_in, kinds, sign_in
from .provider import CLIENT_ID, Provider


@pytest.fixture
def provider(db, settings):
    with city.serving() as found:
        settings.OIDC_URL = found.url
        settings.OIDC_CLIENT_ID = CLIENT_ID
        settings.OIDC_CLIENT_SECRET = city.CLIENT_SECRET
        oidc.forget()
        yield found
        oidc.forget()


@pytest.fixture
def zhou(provider) -> Account:
    found = account("zhou")
    CityIdentity.objects.create(
        account=found, issuer=provider.url, subject=provider.subject, bound_at=NOW
    )
    return found


def path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def begin(client: Client, where: str = "/account/city/?next=/account/") -> str:
    answer = client.get(where)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come(client: Client, provider: Provider, where: str = "/account/city/?next=/account/"):
    return client.get(path(provider.authorize(begin(client, where))))


def refused(client: Client, answer) -> None:
    assert answer.status_code == 403
    assert "没有登录" in answer.content.decode()
    assert not is_in(client)
    assert not JournalEvent.objects.filter(kind="signin.signed_in").exists()


def test_who_is_bound_comes_in(provider, zhou, client):
    answer = come(client, provider)

    assert answer["Location"] == "/account/"
    assert is_in(client)
    assert JournalEvent.objects.get(kind="signin.signed_in").payload["methods"] == ["city"]
    assert CityIdentity.objects.get().used_at is not None


def test_the_sign_in_page_offers_it_only_where_it_is_set_up(provider, client, settings):
    assert "用城市统一身份登录" in client.get("/account/login/").content.decode()
    settings.OIDC_URL = ""
    assert "用城市统一身份登录" not in client.get("/account/login/").content.decode()
    assert client.get("/account/city/").status_code == 404
    assert client.get("/account/city/return/?state=x&code=y").status_code == 404


def test_nothing_is_fetched_before_somebody_comes(provider, client):
    client.get("/account/login/")

    assert provider.asked == []


def test_discovery_and_keys_are_fetched_once_an_hour(provider, zhou):
    for _number in range(3):
        assert come(Client(), provider)["Location"] == "/account/"

    assert sorted(provider.asked) == ["/.well-known/openid-configuration", "/keys"]


def test_no_account_is_ever_made(provider, client):
    before = Account.objects.count()

    answer = come(client, provider)

    refused(client, answer)
    assert "还没有绑定" in answer.content.decode()
    assert Account.objects.count() == before


def test_a_closed_account_does_not_come_in(provider, zhou, client):
    zhou.is_active = False
    zhou.save()

    refused(client, come(client, provider))


def test_the_same_subject_of_another_issuer_is_another_person(provider, zhou, client):
    CityIdentity.objects.update(issuer="https://other.example.org")

    refused(client, come(client, provider))


def test_a_second_factor_is_asked_for_all_the_same(provider, zhou, client):
    secret, _codes = enrol(zhou, NOW)

    assert come(client, provider)["Location"] == "/account/code/"
    assert not is_in(client)
    code = totp.code(secret, totp.counter_at(timezone.now()))
    assert client.post("/account/code/", {"code": code})["Location"] == "/account/"
    assert JournalEvent.objects.get(kind="signin.signed_in").payload["methods"] == ["city", "totp"]


def test_a_second_factor_is_demanded_but_not_a_password_that_was_not_used(provider, zhou, client):
    acts.require_new_password(account_id=zhou.pk, actor=actor_for(zhou, NOW), at=NOW)

    assert come(client, provider)["Location"] == "/account/"
    assert is_in(client)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "misbehave",
    [
        {"claims": {"aud": "another"}},
        {"claims": {"aud": [CLIENT_ID, "another"]}},
        {"claims": {"azp": "another"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": int(time.time()) - 120}},
        {"claims": {"iat": int(time.time()) + 3600}},
        {"claims": {"nbf": int(time.time()) + 3600}},
        {"claims": {"nonce": "another"}},
        {"claims": {"sub": ""}},
        {"without": ("nonce",)},
        {"without": ("exp",)},
        {"without": ("aud",)},
        {"without": ("sub",)},
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"shown": city.new_key()},
    ],
    ids=[
        "for-another",
        "for-another-too",
        "given-to-another",
        "of-another-issuer",
        "run-out",
        "of-the-future",
        "not-yet-valid",
        "of-another-visit",
        "of-nobody",
        "without-nonce",
        "without-end",
        "without-audience",
        "without-subject",
        "unsigned",
        "by-the-secret",
        "by-another-key",
    ],
)
def test_a_token_that_is_not_good_is_refused(provider, zhou, client, misbehave):
    for name, value in misbehave.items():
        setattr(provider, name, value)

    refused(client, come(client, provider))


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": None}],
    ids=str,
)
def test_a_discovery_that_is_not_good_begins_nothing(provider, client, discovery):
    provider.discovery = discovery

    assert client.get("/account/city/").status_code == 503


def test_a_provider_that_is_away_is_said_so(provider, client, settings):
    settings.OIDC_URL = "http://127.0.0.1:9"

    answer = client.get("/account/city/")

    assert answer.status_code == 503
    assert "连不上" in answer.content.decode()


def test_a_key_that_was_changed_is_fetched_anew(provider, zhou):
    assert come(Client(), provider)["Location"] == "/account/"
    provider.key, provider.kid = city.new_key(), "second"

    assert come(Client(), provider)["Location"] == "/account/"


def test_an_answer_is_good_once(provider, zhou, client):
    back = path(provider.authorize(begin(client)))
    other = Client()
    refused(other, other.get(back))  # another browser
    assert client.get(back)["Location"] == "/account/"
    client.post("/account/logout/")

    assert client.get(back).status_code == 403
    assert not is_in(client)


def test_an_invented_state_or_none_is_refused(provider, zhou, client):
    back = path(provider.authorize(begin(client)))
    code = parse_qs(urlsplit(back).query)["code"][0]

    for query in (f"code={code}", f"code={code}&state=invented", f"code={code}&state="):
        refused(client, client.get(f"/account/city/return/?{query}"))


def test_a_state_is_good_for_ten_minutes(provider, zhou, client, monkeypatch):
    back = path(provider.authorize(begin(client)))
    later = time.time() + 601
    monkeypatch.setattr(oidc.time, "time", lambda: later)

    refused(client, client.get(back))


def test_an_answer_of_another_issuer_is_refused(provider, zhou, client):
    back = path(provider.authorize(begin(client)))

    refused(client, client.get(back + "&iss=https://evil.example"))


def test_who_changes_his_mind_there_is_sent_back_kindly(provider, zhou, client):
    back = urlsplit(provider.authorize(begin(client)))
    state = parse_qs(back.query)["state"][0]

    refused(client, client.get(f"{back.path}?error=access_denied&state={state}"))


def test_the_code_of_another_challenge_is_refused(provider, zhou, client):
    back = path(provider.authorize(begin(client)))
    for asked in provider.codes.values():
        asked["code_challenge"] = "another"

    refused(client, client.get(back))


def test_it_leads_only_to_our_own_pages(provider, zhou, client):
    answer = come(client, provider, "/account/city/?next=https://evil.example/")

    assert answer["Location"] == "/"


# --- binding -----------------------------------------------------------------------------------


def test_a_person_binds_his_own_after_confirming(provider, client):
    person = account("zhou")
    sign_in(client, "zhou")

    answer = come(client, provider, "/account/city/binding/")

    assert answer["Location"] == "/account/"
    found = CityIdentity.objects.get()
    assert (found.account_id, found.issuer, found.subject) == (
        person.pk,
        provider.url,
        provider.subject,
    )
    assert kinds(person.pk)[-1] == "signin.city_identity_bound"
    event = JournalEvent.objects.get(kind="signin.city_identity_bound")
    assert provider.subject not in str(event.payload)
    assert JournalPersonal.objects.get(event=event).value == provider.subject
    assert come(Client(), provider)["Location"] == "/account/"


def test_binding_asks_for_the_password_again(provider, client):
    client.force_login(account("zhou"))

    answer = client.get("/account/city/binding/")

    assert answer["Location"].startswith("/account/confirmation/")
    answer = client.post("/account/confirmation/", {"password": PASSWORD, "next": "/account/"})
    assert begin(client, "/account/city/binding/").startswith(provider.url)


def test_a_binding_needs_somebody_signed_in(provider, client):
    assert client.get("/account/city/binding/")["Location"].startswith("/account/login/")


def test_a_binding_begun_by_one_is_not_ended_by_another(provider, client):
    first, second = account("first"), account("second")
    sign_in(client, "first")
    back = path(provider.authorize(begin(client, "/account/city/binding/")))
    client.post("/account/logout/")
    sign_in(client, "second")

    assert client.get(back).status_code == 403
    assert not CityIdentity.objects.filter(account__in=[first, second]).exists()


def test_one_city_identity_belongs_to_one_account(provider, zhou, client):
    account("other")
    sign_in(client, "other")

    answer = come(client, provider, "/account/city/binding/")

    assert answer.status_code == 409
    assert CityIdentity.objects.get().account == zhou


def test_the_system_administrator_binds_beforehand(provider, client):
    person = account("zhou")
    admin = actor_for(account("sys", Role.SYSTEM_ADMIN), NOW)

    operations.identity_bind_for(
        account_id=person.pk, issuer=provider.url, subject="city-4711", actor=admin, at=NOW
    )

    assert come(client, provider)["Location"] == "/account/"


@pytest.mark.parametrize("role", [None, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER])
def test_nobody_else_binds_for_others(provider, role):
    person = account("zhou")
    other = actor_for(account("other", *([role] if role else [])), NOW)
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.identity_bind_for(
            account_id=person.pk, issuer=provider.url, subject="x", actor=other, at=NOW
        )
    assert every_row() == before


def test_a_binding_wants_a_subject_and_comes_once(provider, zhou):
    admin = actor_for(account("sys", Role.SYSTEM_ADMIN), NOW)
    with pytest.raises(Invalid):
        operations.identity_bind_for(
            account_id=zhou.pk, issuer=provider.url, subject=" ", actor=admin, at=NOW
        )
    with pytest.raises(Conflict):
        operations.identity_bind_for(
            account_id=zhou.pk, issuer=provider.url, subject="x", actor=admin, at=NOW
        )


def test_an_unbound_identity_lets_nobody_in(provider, zhou, client):
    operations.identity_unbind(actor=actor_for(zhou, NOW), at=NOW)

    refused(client, come(client, provider))
    assert kinds(zhou.pk) == ["signin.city_identity_unbound"]
