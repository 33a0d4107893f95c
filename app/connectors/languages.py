"""Which language somebody says that something is in."""


def language_of(said: object) -> str | None:
    """Return the ISO 639-1 code that a language tag (BCP 47) begins with, if it does."""
    code = said.partition("-")[0].strip().lower() if isinstance(said, str) else ""
    return code if len(code) == len("en") and code.isascii() and code.isalpha() else None
