"""Where the city's identity provider may stand: tokens come over that way."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org",
        "id.example.org",
        "https://user:password@id.example.org",
        "https://id.example.org/?realm=1",
    ],
)
def test_an_address_over_which_tokens_could_be_read_is_refused(monkeypatch, url):
    monkeypatch.setenv("YUANQI_OIDC_URL", url)
    with pytest.raises(ImproperlyConfigured):
        env.issuer("YUANQI_OIDC_URL")


@pytest.mark.parametrize(
    "url", ["", "https://id.example.org/realms/city", "http://127.0.0.1:8080", "http://localhost"]
)
def test_https_and_this_very_machine_are_taken(monkeypatch, url):
    monkeypatch.setenv("YUANQI_OIDC_URL", url)

    assert env.issuer("YUANQI_OIDC_URL") == url
