"""A small social network that speaks the Mastodon API, with synthetic people in it.

For demonstrations, for integrators, and for tests. It shares nothing with the service: the service
reaches it by HTTP, as it reaches any provider.
"""
