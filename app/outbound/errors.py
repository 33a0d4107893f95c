"""How a guarded request can fail.

OutboundRefused (Invalid)       we will not call this address
OutboundFailed (Unavailable)    it did not answer as HTTP
├── OutboundTooSlow             not within the time allowed
└── OutboundTooLarge            more than the size allowed
"""

from app.errors import Invalid, Unavailable


class OutboundRefused(Invalid):
    """The address is not one this service calls; give a public https address."""

    code = "address_refused"
    title = "This address is not called"


class OutboundFailed(Unavailable):
    """The other side cannot be reached or does not speak HTTP; try again later."""

    code = "unreachable"
    title = "The other side cannot be reached"


class OutboundTooSlow(OutboundFailed):
    """The other side did not finish its answer in time; try again later."""

    code = "too_slow"


class OutboundTooLarge(OutboundFailed):
    """The answer is larger than any honest one; it was cut off and thrown away."""

    code = "too_large"
