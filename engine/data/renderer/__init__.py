"""Draws dressed people with their label maps: pictures for samples and tests that need no data set."""

from engine.data.renderer.casting import random_person, render_person
from engine.data.renderer.person import Person, render

__all__ = ["Person", "random_person", "render", "render_person"]
