"""Everything needed to try Winnow without infrastructure: an embedded Kafka, a simulated SOC, the demo."""
