"""Formats of one's own: a YAML file that says by JMESPath where things stand, read as the same Format as a built-in.

`file` parses, `expressions` evaluates, `spec` is the file's shape, `build` makes Formats of it. An error names file,
line and field.
"""
