"""What memory networks call things: hosts and their names, addresses, services."""
