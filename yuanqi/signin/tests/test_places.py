"""From where somebody comes: what a header may claim, and what it may not."""

import pytest
from django.test import RequestFactory

from yuanqi.signin.places import address_of, device_of


@pytest.mark.parametrize(
    ("proxies", "chain", "found"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "192.0.2.1"),
        (1, "nonsense", ""),
        (1, "", ""),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, chain, found):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=chain)

    assert address_of(request) == found


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126 Safari/537.36 Edg/126", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone) Safari MicroMessenger/8", "WeChat · iPhone"),
        ("curl/8.0 <script>", "curl/8.0 script"),
        ("", ""),
    ],
)
def test_a_device_is_said_in_two_words(agent, said):
    assert device_of(RequestFactory().get("/", HTTP_USER_AGENT=agent)) == said
