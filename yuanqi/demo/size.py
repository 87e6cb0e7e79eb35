"""How large the demo park is: as a real zone reported itself, or small for tests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts that hold exactly; the hand-written part (40 enterprises, 120 requests) is in them."""

    enterprises: int = 806
    industrial: int = 415
    ranked: int = 92  # officers of deputy-section rank and above, who lead links
    deputies: int = 48  # of the people's congress, who are second in links
    requests: int = 9_000
    days: int = 730  # how far back the requests go
    opened: int = 0  # how far back the park itself began, if before its oldest request
    recent: int = 60  # days whose requests are there from the first page on


FULL = Size()
