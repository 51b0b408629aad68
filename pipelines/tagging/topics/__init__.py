"""Topics given: mentions, contexts, scores, severity."""
