"""The one-machine run: a real broker and a real search node from packages, and the workers, as supervised children."""
