"""What a receipt says in a few sentences, for whoever opens it."""

from app.usecases.receipts.facts import ConsentFacts
from app.usecases.receipts.times import moment


def in_words(facts: ConsentFacts) -> str:
    """Say what was decided.

    Nothing that a client wrote is in here, for it could read like a sentence of ours.
    """
    covers = "Covers" if facts.holds else "Covered until then"
    covered = [*facts.given, *(["signing in"] if facts.signs_in else [])]
    sentences = [f"{covers}: {', '.join(covered)}."]
    if facts.withheld:
        sentences.append(f"Asked for and not given: {', '.join(facts.withheld)}.")
    sentences.append(f"Purpose: {facts.purpose_label}.")
    if facts.holds:
        sentences.append(f"Holds {_until(facts)}.")
    if facts.gpc:
        sentences.append("The browser sent Global Privacy Control (Sec-GPC: 1).")
    if facts.despite_gpc:
        sentences.append("The customer said that this counts all the same.")
    return " ".join(sentences)


def _until(facts: ConsentFacts) -> str:
    call = "for one call, " if facts.single_call else ""
    return f"{call}until {moment(facts.ends) if facts.ends else 'the customer revokes it'}"
