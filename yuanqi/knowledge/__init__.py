"""The knowledge base: answers that a department keeps current."""
