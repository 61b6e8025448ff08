"""What every process needs: settings, Kafka clients, metrics, HTTP, logs, the model store, the training buffer, and the
reading of history into it.
"""
