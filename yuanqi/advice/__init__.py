"""Advice from enterprises (听建议): given, assigned, answered with a reason, what changed of it."""
