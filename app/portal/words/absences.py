"""Why something is not there, and what would change it."""

from context.document import AbsenceReason
from context.section import Section

ABSENCES = {
    AbsenceReason.NOTHING_LINKED: "No account is linked.",
    AbsenceReason.PENDING: "Your account is being read for the first time.",
    AbsenceReason.INSUFFICIENT_DATA: "There is too little to say anything honest.",
    AbsenceReason.STALE: "What we know is too old to be shown.",
    AbsenceReason.LINK_BROKEN: "No account is linked that could be read.",
    AbsenceReason.NOT_GRANTED: "You do not share this.",
    AbsenceReason.NO_LENS: "The company has named nothing to look for.",
}

REMEDIES = {
    AbsenceReason.NOTHING_LINKED: "Link one, and it takes about a minute.",
    AbsenceReason.PENDING: "This usually takes less than a minute.",
    AbsenceReason.INSUFFICIENT_DATA: "A few more public posts would change that.",
    AbsenceReason.STALE: "Refresh your connection to bring it up to date.",
    AbsenceReason.LINK_BROKEN: "Link an account, or link yours again, to change that.",
    AbsenceReason.NOT_GRANTED: "You decide about it when a company asks.",
    AbsenceReason.NO_LENS: "If it ever does, you are asked first.",
}

_TOO_LITTLE = {
    Section.NETWORK: "It takes at least five people who post in public among those you follow.",
    Section.RHYTHM: "A few more public posts, on different days, would change that.",
    Section.REACH: "The next reading of your account may change that.",
}

_WITHHELD = {
    "nothing_linked": "no account was linked",
    "pending": "not read yet",
    "insufficient_data": "too little to say",
    "stale": "too old",
    "link_broken": "no account could be read",
    "not_granted": "not part of this grant",
    "no_lens": "it has named nothing to look for",
    "grant_revoked": "the grant had ended",
    "grant_expired": "the grant had expired",
    "purpose_mismatch": "it asked for another purpose",
    "invalid_token": "its access had expired",
}


def absence_words(section: Section, reason: AbsenceReason) -> str:
    """Say why a section is not there and what would change it."""
    remedy = REMEDIES[reason]
    if reason is AbsenceReason.INSUFFICIENT_DATA:
        remedy = _TOO_LITTLE.get(section, remedy)
    return f"{ABSENCES[reason]} {remedy}"


def withheld_words(reason: str) -> str:
    """Say in a few words why something was withheld; an unknown reason as it is written."""
    return _WITHHELD.get(reason, reason.replace("_", " "))
