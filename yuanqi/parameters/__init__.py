"""Settings of the park with their history: defined by slices, edited on pages, valid from a day."""
