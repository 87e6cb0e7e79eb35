"""Programs that a benchmark runs beside itself, each over a database of its own."""
