"""Backups: the state, the articles and a person's own files in one folder, and the way back from it."""
