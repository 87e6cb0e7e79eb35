"""Conditions: every rule of the park, kept by version, tried, published by two persons."""
