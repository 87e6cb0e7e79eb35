"""The cockpit: figures that lead to their rows."""
