"""What an entry may be about: the categories of requests, told by the slice that has them."""

from collections.abc import Callable

Categories = Callable[[], list[tuple[str, str]]]  # code and name, in the order of the forms
_providers: list[Categories] = []


def register_categories(provider: Categories) -> None:
    """Let the slice that keeps the categories name them (from its `apps.py`)."""
    if provider not in _providers:
        _providers.append(provider)


def categories() -> list[tuple[str, str]]:
    return [pair for provider in _providers for pair in provider()]
