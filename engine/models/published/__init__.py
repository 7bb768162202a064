"""The published models of the family, as their authors released them: state dicts and numbers are theirs.

Each file holds one system and a `build(options)` that the loader of published weights calls
(engine/weights/published.py).
"""
