"""Run with ``python -m asynctest.migrate``."""

import sys

from asynctest.migrate._command import main

if __name__ == "__main__":  # pragma: no branch - nobody imports it
    sys.exit(main())
