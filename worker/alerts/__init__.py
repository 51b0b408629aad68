"""Alerts in the watch: stories are looked at, notifications are written down, and sent."""
