"""Celery's tasks: claim, ask, do, write."""
