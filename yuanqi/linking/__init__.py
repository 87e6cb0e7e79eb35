"""Who serves whom: rounds of links from scope to publication, wishes, hand-over, coverage."""
