"""Benchmarks: peers side by side in the same run, medians of alternating rounds.

`python -m benchmarks` runs them all; a name (`python -m benchmarks worktime`) runs one.
"""
