"""Revisions, in order. Written by `make revision`, then read and corrected by a person."""
