"""Drawings of a context's sections as inline SVG: pure functions from a section to markup.

Every chart has an outer viewport in percent and pixels, where text keeps its size on any screen,
and an inner one of 100 by 100 units that stretches with the page and holds the shapes.
"""

from app.portal.charts.bars import conversation_bar, conversation_parts, share_bar
from app.portal.charts.network import network_scale
from app.portal.charts.rhythm import rhythm_chart
from app.portal.charts.sentiment import sentiment_chart

__all__ = [
    "conversation_bar",
    "conversation_parts",
    "network_scale",
    "rhythm_chart",
    "sentiment_chart",
    "share_bar",
]
