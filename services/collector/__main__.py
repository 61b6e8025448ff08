"""`python -m services.collector`: one collector in the foreground, configured by environment and winnow.toml."""

import sys

from services.collector.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
