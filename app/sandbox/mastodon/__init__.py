"""The face of the network: Mastodon's REST and OAuth interface, as its clients know it.

Sources: docs.joinmastodon.org (methods and entities), Mastodon 4.4's controllers for the wording of
errors, and Doorkeeper for those of OAuth.
"""
