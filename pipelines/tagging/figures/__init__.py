"""Counted facts: numbers, what they count, and what happened to those who are counted."""
