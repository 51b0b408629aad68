"""What a server needs around its engines: certificates and passwords before they start, accounts after.

`kuzet setup` in docker-compose.yml; see docs/guide/deploy.md and docs/decisions/0009.
"""
