"""The `winnow` command: results on stdout, messages on stderr; exit codes 0 done, 1 problem, 2 usage, 3 missing."""
