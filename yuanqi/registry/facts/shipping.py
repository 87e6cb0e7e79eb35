"""What the register itself defines and reads, made known from its `apps.py`."""

from . import catalogue, months, profile


def ship() -> None:
    catalogue.ship()
    profile.ship()
    months.ship()
