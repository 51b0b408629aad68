"""What a person's own monitoring reads: the watch in numbers, as Prometheus and OpenMetrics have them."""
