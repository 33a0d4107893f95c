"""The engine: posts in memory → digest → context.

Knows no network, no database, no clock and no settings: every function here is pure, and the
time is always a parameter. ``digest`` (what is kept) does not know ``post`` (what is read);
only ``analyse`` knows both.
"""
