"""The collector: scores and verdicts in, joined by alert id into the training buffer.

`handler` turns messages into what is to be stored, `source` reads Kafka from where the database stands, `loop` does one
batch after the other, `watch` sees whether all this moves, `retention` forgets what is old, `counts` keeps the metrics,
`bootstrap` builds it.
"""
