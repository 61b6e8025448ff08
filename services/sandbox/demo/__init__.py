"""The demo: the whole loop on this machine against a simulated SOC, in five acts, counted by a reader of its own.

`plan` says how long and how fast, `traffic` is the SOC at work, `acts` is the play, `witness` counts the topics,
`live` measures against the truth, `report` tells it. The SOC is synthetic: its figures say nothing about a real one.
"""
