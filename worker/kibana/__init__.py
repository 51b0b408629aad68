"""Kibana's dashboards: built from config/kibana and installed through its API."""
