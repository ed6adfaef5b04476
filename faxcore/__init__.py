"""The fax stack for Python. Public names only; heavy parts are imported when first used."""
