"""What every slice stands on: actors, journal, jobs, files, pages."""
