"""Alerts: which stories somebody wants to hear of, when to speak, and what is said."""
