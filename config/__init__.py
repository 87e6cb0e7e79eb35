"""Settings, addresses, command line and servers."""
