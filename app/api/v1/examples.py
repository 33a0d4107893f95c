"""An answer as a client gets one, for those who read the API's document."""

from typing import Any

_SINCE = {"as_of": "2026-03-02T08:40:00Z", "sources": ["mastodon"], "status": "available"}
_TOPIC = {"id": "top_7d1f", "label": "broadband, engineer"}

CONTEXT: dict[str, Any] = {
    "subject": "sub_019cadf3a1b27c40b5d1",
    "purpose": "dpv:CustomerCare",
    "as_of": "2026-03-02T09:00:00Z",
    "use_until": "2026-03-02T10:00:00Z",
    "grant_expires_at": "2026-04-01T08:55:00Z",
    "brief": (
        "Seems frustrated since Wednesday, mainly: broadband, engineer; otherwise in good spirits."
        " Needs help."
    ),
    "sections": {
        "topics": _SINCE
        | {
            "topics": [
                _TOPIC
                | {
                    "terms": ["broadband", "engineer", "outage"],
                    "subject": "telecoms",
                    "direction": "rising",
                    "share": 0.38,
                    "valence": -0.52,
                    "emotions": ["anger"],
                    "answers": 0.25,
                    "confidence": 0.86,
                    "evidence": 24,
                    "first_seen": "2026-02-17",
                    "last_seen": "2026-03-02",
                }
            ]
        },
        "sentiment": _SINCE
        | {
            "valence": -0.14,
            "interval": [-0.27, -0.01],
            "confidence": 0.87,
            "evidence": 46,
            "trend": {
                "direction": "falling",
                "change": -0.44,
                "interval": [-0.67, -0.21],
                "since": "2026-02-25",
            },
            "daily": [
                {"day": "2026-03-01", "posts": 3, "valence": -0.18, "low": -0.39, "high": 0.03}
            ],
            "drivers": [
                {"id": "top_7d1f", "label": "broadband, engineer", "effect": -0.41, "rest": 0.22}
            ],
        },
        "emotions": _SINCE
        | {
            "emotions": [
                {
                    "emotion": "anger",
                    "share": 0.31,
                    "confidence": 0.78,
                    "first_seen": "2026-02-17",
                    "last_seen": "2026-03-02",
                }
            ],
            "evidence": 46,
            "peaks": [
                {
                    "day": "2026-02-26",
                    "emotion": "anger",
                    "direction": "low",
                    "topic_id": "top_7d1f",
                    "topic_label": "broadband, engineer",
                    "confidence": 0.77,
                }
            ],
        },
        "intents": _SINCE
        | {
            "intents": [
                {
                    "intent": "needs_help",
                    "subject": "telecoms",
                    "topic": _TOPIC,
                    "strength": 0.81,
                    "confidence": 0.94,
                    "evidence": 3,
                    "first_seen": "2026-02-27",
                    "last_seen": "2026-03-01",
                    "expires": "2026-03-08",
                }
            ]
        },
        "conversations": _SINCE
        | {
            "tells": 0.55,
            "asks": 0.17,
            "answers": 0.2,
            "shares": 0.08,
            "partners": "5-9",
            "topics": [_TOPIC | {"answers": 0.25}],
            "confidence": 0.79,
            "evidence": 76,
        },
        "network": _SINCE
        | {
            "mood": "mixed",
            "people": "10-24",
            "confidence": 0.6,
            "difference": -0.25,
            "topics": [
                {
                    "label": "match, tickets",
                    "terms": ["match", "tickets"],
                    "subject": "sport",
                    "people": "5-9",
                    "shared": False,
                }
            ],
            "own_topics": ["broadband, engineer"],
            "day": "2026-03-02",
        },
        "relationship": {"status": "absent", "reason": "no_lens"},
        "rhythm": {"status": "absent", "reason": "not_granted"},
        "reach": _SINCE
        | {
            "followers": "100-999",
            "following": "100-999",
            "account_age": "1095+",
            "authenticity": {"level": "likely", "reasons": [], "verified": True},
        },
    },
}
"""Served for customer care; of her rhythm she grants nothing."""
