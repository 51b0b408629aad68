"""Words found: a text as words, and every pattern of the ruleset in it."""
