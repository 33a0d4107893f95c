"""Which sections can be asked for and granted."""

from context.section import Section

OFFERED = tuple(section for section in Section if section is not Section.RELATIONSHIP)
"""Sections on offer, in their order.

A relationship takes a lens, which no client has: it is rendered as absent for that reason, and
neither asked for nor granted.
"""
NOT_OFFERED = frozenset(Section).difference(OFFERED)
