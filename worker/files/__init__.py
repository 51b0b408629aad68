"""Files on disk: configuration people edit, the page store, caches."""
