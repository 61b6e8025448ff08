"""What every process needs: settings, Kafka clients, metrics, HTTP, logs, the model store and the training buffer."""
