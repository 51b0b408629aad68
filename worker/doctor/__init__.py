"""Checks of engines, machine and settings, and of the whole chain by a test article."""
