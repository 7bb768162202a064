"""The translators by name, with the system that each is a trained form of; torch is not needed to know them."""

SYSTEMS = {
    "rabit": "rabit",
    "rabit-small": "rabit",
    "step": "step",
}

TRANSLATORS = tuple(SYSTEMS)
