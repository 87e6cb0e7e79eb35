"""On-site office meetings and salons (集中现场办公、沙龙)."""
