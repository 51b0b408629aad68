"""What the rule files say: rules, and the patterns that their terms are."""
