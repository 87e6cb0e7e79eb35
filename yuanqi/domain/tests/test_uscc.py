"""The unified social credit code: what its check digits catch, and what they can't."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc as independent

from yuanqi.domain import uscc
from yuanqi.domain.uscc import UsccError

VALID = "91110000600037341L"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: 31 characters, without I, O, S, V, Z

prefixes = st.builds(
    str.__add__,
    st.text(LETTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
)
bodies = st.text(LETTERS, min_size=8, max_size=8)
codes = st.builds(uscc.make, prefixes, bodies)


def refused(code: str) -> str:
    """The part that is refused; fails if the code passes."""
    with pytest.raises(UsccError) as error:
        uscc.check(code)
    return error.value.part


def passes(code: str) -> bool:
    try:
        uscc.check(code)
    except UsccError:
        return False
    return True


def swapped(code: str, first: int, second: int) -> str:
    letters = list(code)
    letters[first], letters[second] = letters[second], letters[first]
    return "".join(letters)


def test_a_code_as_printed_on_a_licence_passes():
    assert uscc.check(VALID) == VALID


def test_spaces_hyphens_and_small_letters_are_read_as_the_same_code():
    assert uscc.check(" 9111 0000 6000-3734 1l ") == VALID


@pytest.mark.parametrize(
    "code",
    [
        "",
        "9111000060003734",
        "91110000600037341LL",
        "9111000060003734IL",  # I isn't in the alphabet
        "911100O0600037341L",  # nor is O
        "911100A0600037341L",  # the registrar's place is six digits
        "９1110000600037341L",  # a full-width digit
        "91110000600037341L\n1",
    ],
)
def test_what_is_not_eighteen_characters_of_the_alphabet_is_refused_for_its_form(code):
    assert refused(code) == "form"


@given(codes)
def test_a_code_that_is_made_passes_and_passing_is_stable(code):
    assert uscc.check(code) == code
    assert uscc.check(code.lower()) == code


@given(codes, st.integers(0, 17), st.sampled_from(LETTERS))
def test_every_change_of_one_character_is_refused(code, position, letter):
    assume(code[position] != letter)

    assert refused(code[:position] + letter + code[position + 1 :]) in (
        "form",
        "organisation",
        "final",
    )


def test_all_changes_of_one_character_of_one_code_are_refused():
    changed = {
        VALID[:position] + letter + VALID[position + 1 :]
        for position in range(18)
        for letter in LETTERS
    } - {VALID}

    assert len(changed) == 18 * 30
    assert not [code for code in changed if passes(code)]


@given(codes, st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_are_refused(code, position):
    assume(code[position] != code[position + 1])

    refused(swapped(code, position, position + 1))


@given(codes)
def test_of_all_swaps_only_the_first_with_the_last_can_slip_through(code):
    """Their weights in the final sum are alike (3 to the 0th, and 1), and neither stands in the
    organisation code. All other pairs of positions have different weights modulo 31.
    """
    slipped = [
        pair
        for pair in combinations(range(18), 2)
        if code[pair[0]] != code[pair[1]] and passes(swapped(code, *pair))
    ]

    assert set(slipped) <= {(0, 17)}
    assert ((0, 17) in slipped) == (code[0] != code[17])


@given(prefixes, bodies)
def test_of_the_961_endings_of_a_code_exactly_one_is_right(prefix, body):
    """So a code typed at random passes once in 961 times, not never."""
    right = [
        ending
        for ending in (first + second for first in LETTERS for second in LETTERS)
        if passes(prefix + body + ending)
    ]

    assert right == [uscc.make(prefix, body)[16:]]


def test_the_organisation_digit_alone_cannot_tell_characters_eleven_apart():
    """GB 11714 counts modulo 11, so 0 and B are alike to it; the final digit tells them apart."""
    body = VALID[8:16]
    alike = "B" + body[1:] if body[0] == "0" else body.replace("0", "B", 1)

    assert uscc.organisation_digit(alike) == uscc.organisation_digit(body)
    assert refused(VALID[:8] + alike + VALID[16:]) == "final"


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("60003734", "1"),
        ("00000000", "0"),  # 11 is written 0
        ("00000050", "2"),
        ("00000060", "9"),
        ("40000000", "X"),  # 10 is written X
    ],
)
def test_the_organisation_digit_follows_the_standard(body, digit):
    """The weighted sum of the eight and the digit is a multiple of eleven."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(letter, 36) for weight, letter in zip(weights, body, strict=True))

    assert uscc.organisation_digit(body) == digit
    assert (total + (10 if digit == "X" else int(digit))) % 11 == 0


@given(prefixes, bodies)
def test_the_last_digit_is_the_one_that_python_stdnum_computes(prefix, body):
    code = uscc.make(prefix, body)

    assert code[17] == str(independent.calc_check_digit(code[:17]))
