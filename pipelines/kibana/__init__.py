"""Kibana's saved objects: made from a readable description, checked, and asked of an index as Kibana would."""
