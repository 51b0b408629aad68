"""What took the place of images that cannot be had, when `docker-compose.yml` ran on a container engine.

`transcript.py` runs the stack with them and writes docs/proofs/compose.md.
"""
