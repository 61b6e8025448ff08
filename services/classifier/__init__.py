"""The classifier: alerts in, scores out, and a new model whenever one is announced.

`handler` turns a message into what is to be done, `pipeline` does it without losing or reordering any of it, `engine`
and `scorer` judge, `models` follows the announcements, `progress` watches that all this moves, `bootstrap` builds it.
"""
