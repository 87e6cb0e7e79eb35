"""The pages of accounts, of what waits for a second person, of the quarterly review."""
