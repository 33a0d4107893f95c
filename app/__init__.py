"""Milieu, the service: customer context on request, with her consent."""
