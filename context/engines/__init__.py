"""Engines: how posts become numbers. ``engine`` says what one is, ``models`` loads them."""

from context.engines.engine import Engine
from context.engines.models import ModelError, load_engine

__all__ = ["Engine", "ModelError", "load_engine"]
