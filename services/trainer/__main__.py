"""`python -m services.trainer [--once]`: one trainer in the foreground, configured by environment and winnow.toml."""

import sys

from services.trainer.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
