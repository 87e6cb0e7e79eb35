"""The demo park, fictional and deterministic."""
