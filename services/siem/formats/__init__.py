"""One file for each vendor, declaring it as `FORMAT`; every file here is a format, and a new one needs no other change.

Where a field stands and what a value is called comes from the vendors' own schemas and documents.
"""
