"""Pages of rounds, coverage, hand-over."""
