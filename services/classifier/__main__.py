"""`python -m services.classifier`: one classifier in the foreground, configured by environment and winnow.toml."""

import sys

from services.classifier.bootstrap import main

if __name__ == "__main__":
    sys.exit(main())
