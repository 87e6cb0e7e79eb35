"""Registers from Excel and CSV: checked whole, brought in whole, undone whole."""
