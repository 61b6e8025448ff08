"""One module for each version of the buffer's tables, in order."""
