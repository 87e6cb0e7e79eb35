"""Supervision of cases: warnings, escalation, reminders, demands, quality baskets."""
