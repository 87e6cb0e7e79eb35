"""Departments, officers, absence and duty, calendar versions."""
