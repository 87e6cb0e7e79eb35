"""The registers: enterprises, their contacts, who serves whom."""
