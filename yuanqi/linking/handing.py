"""What a successor takes over: the parts that slices tell, as `registry.handing` collects them."""

from yuanqi.registry.handing import Line, Part, parts_of, register

__all__ = ["Line", "Part", "parts_of", "register"]
