"""Steering by the four lists (四张清单): who is on them, why, and what the park does for them."""
