"""Bytes and text of any kind → what they mean: encodings, dates, markup, YAML, plain text files."""
