"""T.30: the call itself, as pure procedures that yield line operations."""
