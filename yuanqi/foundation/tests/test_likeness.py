"""How alike texts are."""

import csv
from pathlib import Path

import pytest

from yuanqi.foundation.likeness import Frequencies, likeness, rarest, weighed
from yuanqi.foundation.search import lexemes

NONE = Frequencies({})
MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "messages" / "open.csv"


def between(one: str, other: str, frequencies: Frequencies = NONE) -> float:
    return likeness(weighed(one, frequencies), weighed(other, frequencies))


def test_the_same_words_are_wholly_alike_in_whatever_order():
    assert between("厂门口路面塌陷", "路面塌陷，厂门口") == pytest.approx(1)


def test_nothing_in_common_is_not_alike():
    assert between("路面塌陷", "贷款到期") == 0
    assert between("", "贷款到期") == 0
    assert between("😀", "") == 0


def test_a_rare_word_says_more_than_a_frequent_one():
    known = Frequencies({"企业": 0.6, "公司": 0.5})

    rare = between("企业 氮化", "公司 氮化", known)
    frequent = between("企业 氮化", "企业 塌陷", known)

    assert rare > 0.9 > 0.1 > frequent


def test_a_word_that_stands_everywhere_says_nothing():
    assert weighed("企业", Frequencies({"企业": 1.0})) == {}


def test_the_rarest_words_come_first():
    known = Frequencies({"企业": 0.6, "废水": 0.1})

    assert rarest(weighed("企业废水氮化", known), 2) == ["氮化", "废水"]


@pytest.mark.skipif(not MESSAGES.exists(), reason="the public messages are not here")
def test_messages_about_one_estate_find_each_other_among_thousands():
    """People wrote in their own words about flats of one estate; the five likest are of it too."""
    with MESSAGES.open(encoding="utf-8-sig") as file:
        texts = [f"{row['subject']} {row['text']}" for row in csv.DictReader(file)][:2500]
    counts: dict[str, int] = {}
    for text in texts:
        for lexeme in lexemes(text):
            counts[lexeme] = counts.get(lexeme, 0) + 1
    common = sorted(counts.items(), key=lambda item: -item[1])[:1000]
    known = Frequencies({lexeme: count / len(texts) for lexeme, count in common})
    weights = [weighed(text, known) for text in texts]
    about = [number for number, text in enumerate(texts) if "伊景园" in text][:10]

    hits = 0
    for one in about:
        others = [other for other in range(len(texts)) if other != one]
        others.sort(key=lambda other: -likeness(weights[one], weights[other]))
        hits += sum("伊景园" in texts[other] for other in others[:5])

    assert len(about) == 10 and hits >= 45
