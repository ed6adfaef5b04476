"""``python -m faxcore`` and the ``faxcore`` command."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line."""
    # numpy is slower to load with BLAS's threads, one a processor, and nothing here multiplies
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from faxcore.cli import app  # noqa: PLC0415  (nothing of it is needed to import this module)

    app()


if __name__ == "__main__":
    main()
