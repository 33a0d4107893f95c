"""Guarded HTTP for addresses that somebody else chose: instances, callbacks, images.

Every request leaves through `Outbound.client()`. The guard sits where the socket is made, so that
no caller, redirect or keep-alive can go around it (OWASP SSRF prevention; CWE-918).
"""

from app.outbound.addresses import Resolver, system_resolver
from app.outbound.client import Outbound
from app.outbound.errors import OutboundFailed, OutboundRefused, OutboundTooLarge, OutboundTooSlow
from app.outbound.transport import Limits

__all__ = [
    "Limits",
    "Outbound",
    "OutboundFailed",
    "OutboundRefused",
    "OutboundTooLarge",
    "OutboundTooSlow",
    "Resolver",
    "system_resolver",
]
