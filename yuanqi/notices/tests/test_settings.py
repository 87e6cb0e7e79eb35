"""What the administrator sets up for messages to the outside, and what is refused."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.yunze.example", "mail.yunze.example", 25, False, False),
        ("smtp+starttls://a:b@mail.yunze.example", "mail.yunze.example", 587, True, False),
        ("smtps://a:b@mail.yunze.example:4650", "mail.yunze.example", 4650, False, True),
    ],
)
def test_a_mail_server_is_one_address(monkeypatch, tmp_path, url, host, port, tls, ssl):
    monkeypatch.setenv("YUANQI_MAIL_URL", url)
    found = env.mail("YUANQI_MAIL_URL", tmp_path)

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)


def test_its_password_may_stand_in_the_file_of_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("YUANQI_MAIL_URL", "smtps://yuanqi%40yunze.example@mail.yunze.example")
    (tmp_path / "yuanqi_mail_password").write_text("correct horse\n")
    found = env.mail("YUANQI_MAIL_URL", tmp_path)

    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (
        "yuanqi@yunze.example", "correct horse",
    )  # fmt: skip


def test_without_an_address_there_is_no_mail(monkeypatch, tmp_path):
    monkeypatch.delenv("YUANQI_MAIL_URL", raising=False)

    assert env.mail("YUANQI_MAIL_URL", tmp_path) == {}


@pytest.mark.parametrize("url", ["mail.yunze.example", "http://mail.yunze.example", "smtp://"])
def test_what_is_no_mail_server_is_refused(monkeypatch, tmp_path, url):
    monkeypatch.setenv("YUANQI_MAIL_URL", url)

    with pytest.raises(ImproperlyConfigured):
        env.mail("YUANQI_MAIL_URL", tmp_path)


@pytest.mark.parametrize("origin", ["yuanqi.example", "https://yuanqi.example/path", "ftp://x"])
def test_an_origin_is_scheme_and_host_only(monkeypatch, origin):
    monkeypatch.setenv("YUANQI_ORIGIN", origin)

    with pytest.raises(ImproperlyConfigured):
        env.origin("YUANQI_ORIGIN")


def test_an_sms_gateway_must_say_where_the_number_goes(monkeypatch):
    monkeypatch.setenv("YUANQI_SMS_URL", "json://gateway.example/")

    with pytest.raises(ImproperlyConfigured):
        env.template("YUANQI_SMS_URL", "{number}")
