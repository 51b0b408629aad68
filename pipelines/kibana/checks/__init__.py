"""Checks of saved objects: what Kibana would refuse or silently drop."""
