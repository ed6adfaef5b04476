"""Foreign fax software at the other end."""
