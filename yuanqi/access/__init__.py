"""Accounts and roles: opened by one administrator, granted by two persons."""
