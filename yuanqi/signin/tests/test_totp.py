"""The codes of an authenticator app, against the tables of the standards."""

from datetime import UTC, datetime, timedelta

import pytest

from yuanqi.signin import totp

# RFC 6238, appendix B: SHA-1, the last six of eight digits
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
TABLE = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOW = datetime(2026, 11, 5, 2, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "code"), TABLE)
def test_codes_are_those_of_the_standard(seconds, code):
    when = datetime.fromtimestamp(seconds, UTC)

    assert totp.code(SECRET, totp.counter_at(when)) == code


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True)])
def test_a_code_is_taken_from_the_step_before_to_the_step_after(seconds, fits):
    counter = totp.counter_at(NOW + timedelta(seconds=seconds))

    found = totp.matching(SECRET, totp.code(SECRET, counter), NOW)

    assert found == (counter if fits else None)


def test_a_code_of_the_next_but_one_step_is_refused():
    counter = totp.counter_at(NOW) + 2

    assert totp.matching(SECRET, totp.code(SECRET, counter), NOW) is None


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "１２３４５６", "0" * 40])
def test_nonsense_is_no_code(given):
    assert totp.matching(SECRET, given, NOW) is None


def test_only_a_later_step_than_the_last_is_fresh():
    now = totp.counter_at(NOW)

    assert [totp.is_fresh(now, last, NOW) for last in (now - 1, now, now + 1)] == [
        True,
        False,
        False,
    ]


def test_after_a_clock_set_back_nobody_waits_for_the_future():
    now = totp.counter_at(NOW)

    assert totp.is_fresh(now, now + 2, NOW)


def test_a_new_secret_is_160_bits_and_another_each_time():
    first, second = totp.draw(), totp.draw()

    assert len(first) == len(second) == 32
    assert first != second


def test_an_app_is_told_the_zone_the_name_and_the_secret():
    assert totp.address(SECRET, username="周敏", issuer="云泽 区") == (
        "otpauth://totp/%E4%BA%91%E6%B3%BD%20%E5%8C%BA%3A%E5%91%A8%E6%95%8F"
        f"?secret={SECRET}&issuer=%E4%BA%91%E6%B3%BD%20%E5%8C%BA"
    )


def test_the_picture_is_an_svg_inside_the_page():
    assert totp.picture("otpauth://totp/x").startswith("data:image/svg+xml;base64,")
