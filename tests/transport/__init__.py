"""Ports, locks, transcripts, and the real clock."""
