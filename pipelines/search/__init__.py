"""Search requests and index documents: what the engine is sent, and what its answers mean."""
