"""What a post can ask for or announce: the signals a company could act on."""

from enum import StrEnum


class Intent(StrEnum):
    """What somebody wants; a post may show none or several."""

    NEEDS_HELP = "needs_help"
    COMPLAINT = "complaint"
    WANTS_TO_BUY = "wants_to_buy"
    ASKS_ADVICE = "asks_advice"
    COMPARES_SUPPLIERS = "compares_suppliers"
    ABOUT_TO_LEAVE = "about_to_leave"
    PRAISE = "praise"
    IDEA_FOR_PRODUCT = "idea_for_product"


INTENTS = tuple(Intent)
"""All intents, in the order of every row of numbers about them."""
