"""Winnow's own code: the pure packages (core, siem), what every process needs (runtime), a package per process."""
