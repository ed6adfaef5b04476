"""Bytes and time: ports to real and simulated modems, transcripts of what crossed them."""
