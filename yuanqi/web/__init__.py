"""The look: layout, navigation, start pages, static files."""
