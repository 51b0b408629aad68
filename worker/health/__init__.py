"""The second index: polls, feed states and outcomes as documents."""
