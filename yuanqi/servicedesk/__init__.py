"""Requests (诉求): intake, dispatch, answer, call-back, the ledger."""
