"""Weights on disk: what ships with the program, and what the authors of the methods published."""

from engine.weights.imported import load_imported
from engine.weights.published import load_published

__all__ = ["load_imported", "load_published"]
