"""Other programs: tokens of the API, webhooks and their deliveries."""
