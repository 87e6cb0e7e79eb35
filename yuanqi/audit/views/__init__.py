"""The pages of the audit administrator, and of erasures."""
