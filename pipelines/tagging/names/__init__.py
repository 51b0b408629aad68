"""Names found: places, persons, organisations."""
