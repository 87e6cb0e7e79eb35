"""Pages of key indicators: the enterprise's, the staff's, the zone's, the targets'."""
