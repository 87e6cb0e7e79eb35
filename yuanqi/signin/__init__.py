"""How one comes in: passwords, second factor, lockouts, sessions, the city's own identity."""
