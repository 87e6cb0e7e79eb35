"""What the audit administrator reads: the journal, who read personal data, seals; retention."""
