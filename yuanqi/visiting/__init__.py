"""Visits (走访): when one is due, several departments on one day, the note from a phone."""
