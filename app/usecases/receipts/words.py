"""What a receipt says in a few sentences, for whoever opens it."""

from app.usecases.receipts.facts import ConsentFacts
from app.usecases.receipts.times import moment


def in_words(facts: ConsentFacts) -> str:
    """Say what was decided.

    Nothing that a client wrote is in here, for it could read like a sentence of ours.
    """
    covers = "Covers" if facts.holds else "Covered until then"
    sentences = [f"{covers}: {', '.join(facts.given)}."]
    if facts.withheld:
        sentences.append(f"Asked for and not given: {', '.join(facts.withheld)}.")
    sentences.append(f"Purpose: {facts.purpose_label}.")
    if facts.holds:
        sentences.append(f"Holds {_until(facts)}.")
    if facts.gpc:
        sentences.append("The browser sent Global Privacy Control (Sec-GPC: 1).")
    return " ".join(sentences)


def _until(facts: ConsentFacts) -> str:
    call = "for one call, " if facts.single_call else ""
    return f"{call}until {moment(facts.ends) if facts.ends else 'the customer revokes it'}"
