"""The gateway: HTTP in front of the Kafka topics, for SIEMs that speak webhooks.

`app` is the HTTP side, `auth` says who sends, `limits` how much, `bodies` opens what was sent and takes it apart,
`handler` judges each item, `publisher` hands them to Kafka, `receipt` is the answer, `watch` sees whether all this
moves, `connections` closes those that say nothing, `server` runs it, `bootstrap` builds it.
"""
