"""The words that names are made of, and names drawn from them without drawing one twice."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from random import Random
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
SEED = "云泽"
_BOTH = re.compile(r"([\u4e00-\u9fff]+)([a-z]+)")


@cache
def words() -> dict[str, Any]:
    text = (resources.files(__package__) / "words.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    return found


def listed(name: str) -> list[str]:
    return str(words()[name]).split()


def with_pinyin(name: str) -> list[tuple[str, str]]:
    """Chinese words with their Latin spelling."""
    return _BOTH.findall(words()[name])


def drawing(*key: object) -> Random:
    """Random numbers of their own for each purpose, so that one list can grow without the others
    changing."""
    return Random(":".join([SEED, *map(str, key)]))  # noqa: S311 - to be drawn again alike


def unique(draw: Callable[[], T], taken: Iterable[T] = ()) -> Iterator[T]:
    """What `draw` gives, without what is taken and without repetition."""
    known = set(taken)
    while True:
        found = draw()
        if found not in known:
            known.add(found)
            yield found


def people_names(rng: Random, taken: Iterable[str]) -> Iterator[str]:
    """Names of people that nobody of the park bears yet."""
    surnames, first, second = listed("surnames"), listed("given_first"), listed("given_second")
    single = listed("given_single")

    def draw() -> str:
        # the frequent surnames stand first in the list, as they do among people
        surname = surnames[int(len(surnames) * rng.random() ** 1.7)]
        if rng.random() < 0.16:
            return surname + rng.choice(single)
        return surname + rng.choice(first) + rng.choice(second)

    return unique(draw, taken)
