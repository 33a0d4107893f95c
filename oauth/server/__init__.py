"""The authorization server's protocol logic, without web framework and without database."""
