"""Task forces (专班): people of several departments for an enterprise, project or industry."""
