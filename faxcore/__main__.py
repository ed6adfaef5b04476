"""``python -m faxcore`` and the ``faxcore`` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from faxcore.cli import app  # noqa: PLC0415  (nothing of it is needed to import this module)

    app()


if __name__ == "__main__":
    main()
