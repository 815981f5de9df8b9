"""What models said of trials they never saw, and what that is worth."""
