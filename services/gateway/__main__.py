"""`python -m services.gateway`: one gateway in the foreground, configured by environment and winnow.toml."""

import sys

from services.gateway.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
