"""Winnow's own code: the pure packages (core, siem), what every process needs (runtime), and one package per process."""
