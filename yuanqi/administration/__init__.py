"""Pages of the administrators that join many slices: limits, calendar, the machine's state."""
