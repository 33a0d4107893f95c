"""Consent receipts: what was decided about a grant, for the customer and for the client to keep.

Pure: `facts` says what is to be known of one consent event, `receipt` writes it down after
ISO/IEC TS 27560 in the words of the W3C Data Privacy Vocabulary (`vocabulary`), and `signed` signs
it and makes the file to download. `docs/receipts.md` tells where each field comes from.
"""
