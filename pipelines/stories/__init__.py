"""Stories: which articles report one event, with the reasons, and what a story says as a whole."""
