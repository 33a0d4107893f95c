"""The REST API for clients."""
