"""Promises (承诺事项): what was promised to an enterprise, by whom, until when, and if kept."""
