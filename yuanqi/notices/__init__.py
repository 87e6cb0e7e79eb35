"""Notices: lines in people's messages, mail and other channels, by each person's choice."""
