"""The shipped modem profiles."""
