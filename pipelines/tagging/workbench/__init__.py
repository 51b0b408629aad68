"""Tools for people who write rules: lint, suggestions, examples, comparison of rulesets."""
