"""The classifier beside its peers, all over Kafka: `make bench-serving`.

`peer` runs a program between two topics and measures it, `peers` are the programs. Of these `passing` and `tutorial`,
which share `bare_faust`, run as processes, and `mlserver_model` is read by MLServer in an environment of its own.
"""
