"""Linking: we are the client of a provider's authorization server."""
