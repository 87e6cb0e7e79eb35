"""The demo park's other people: drawn from lists of words, always alike, all of them fictional."""
