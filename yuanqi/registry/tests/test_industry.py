"""GB/T 4754-2017: what the shipped table holds, and which codes are taken."""

import re
from collections import Counter

import pytest

from yuanqi.registry import industry


def test_the_table_is_whole():
    levels = Counter(one.level for one in industry.table().values())

    assert levels == {1: 20, 2: 97, 3: 473, 4: 1381}


def test_every_heading_stands_under_one_that_is_there():
    table = industry.table()

    assert [one.code for one in table.values() if one.parent and one.parent not in table] == []
    assert [one.code for one in table.values() if one.level > 1 and not one.parent] == []


def test_names_are_clean_and_sections_and_divisions_have_english_ones():
    for one in industry.table().values():
        assert one.name == one.name.strip()
        assert not re.search(r"[\s,;:\"']", one.name)
        assert bool(one.name_en) == (one.level <= 2)


def test_a_group_has_either_one_class_ending_in_nought_or_several_that_do_not():
    table = industry.table()
    below: dict[str, list[str]] = {}
    for one in table.values():
        if one.level == 4:
            below.setdefault(one.parent, []).append(one.code[-1])

    assert set(below) == {one.code for one in table.values() if one.level == 3}
    for ends in below.values():
        assert ends == ["0"] or ("0" not in ends and len(ends) > 1 and ends == sorted(set(ends)))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("C3922", "C3922"), ("3922", "C3922"), (" c3922 ", "C3922"), ("C39", "C39"),
        ("C", "C"), ("0111", "A0111"), ("97", "T97"),
        # a class of an amendment: its division stands
        ("C3999", "C3999"),
        # no such division, another section's letter, too long, no code
        ("C98", None), ("00", None), ("A3922", None), ("C39222", None), ("U", None), ("", None),
        ("通信", None), ("C3", None), ("C３９", None),
    ],
)  # fmt: skip
def test_a_code_is_kept_with_its_section(text, kept):
    assert industry.normal(text) == kept


def test_the_way_from_the_section_down():
    assert [one.name for one in industry.path("3922")] == [
        "制造业", "计算机、通信和其他电子设备制造业", "通信设备制造", "通信终端设备制造",
    ]  # fmt: skip
    assert industry.name_of("C3999") == "其他电子设备制造"


def test_a_search_finds_by_code_and_by_words_the_shorter_names_first():
    assert [one.code for one in industry.search("392")] == ["C392", "C3921", "C3922"]
    assert industry.search("通信 终端")[0].code == "C3922"
    assert [one.code for one in industry.search("metal products")] == ["C33", "C30", "C43"]
    assert industry.search("没有这样的行业") == []
    assert len(industry.search("制造")) == industry.MOST
