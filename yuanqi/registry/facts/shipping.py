"""What the register itself defines and reads, made known from its `apps.py`."""

from . import months, profile, shipped_fields


def ship() -> None:
    shipped_fields.ship()
    profile.ship()
    months.ship()
