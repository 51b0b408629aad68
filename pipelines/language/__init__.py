"""What a word is, in Kazakh and Russian: the same answer for rules, queries and the index."""
