"""How linking can fail.

LinkError
├── CallbackInvalid      she came back with something the provider would not send
├── LinkDenied           she, or the provider, said no
├── AnotherAccount       she came back with another account than she left for
├── ClientUnknown        the provider does not know our registration any more: register again
├── LinkRefused          the provider refuses the request as it is
└── ProviderUnusable     the provider's answer is none: an error of its own, or not OAuth
"""


class LinkError(Exception):
    """Base of what can go wrong between us and a provider's OAuth endpoints."""


class CallbackInvalid(LinkError):
    """The callback has no code, or comes from another issuer (RFC 9207); begin again."""


class LinkDenied(LinkError):
    """`access_denied` (RFC 6749, section 4.1.2.1): she declined at the provider."""


class AnotherAccount(LinkError):
    """Tokens are for another account than the one that she named; begin again."""


class ClientUnknown(LinkError):
    """`invalid_client` (RFC 6749, section 5.2): register again, then begin again."""


class LinkRefused(LinkError):
    """The provider refuses.

    Args:
        code: The error code it gave, one of RFC 6749's.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"The provider refuses: {code}.")
        self.code = code


class ProviderUnusable(LinkError):
    """The provider answers with an error of its own, or with something that is not OAuth.

    Args:
        status: The HTTP status it answered with.
        retry_after: What its `Retry-After` says (RFC 9110, section 10.2.3); empty without one.
    """

    def __init__(self, status: int, retry_after: str = "") -> None:
        super().__init__(f"The provider gives no usable answer (status {status}).")
        self.status = status
        self.retry_after = retry_after
