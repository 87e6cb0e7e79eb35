"""Pure rules of the field: no Django, no database, no wall clock."""
