"""The translators by name, with the system that each is a trained form of; torch is not needed to know them."""

SYSTEMS = {
    "rabit": "rabit",
    "rabit-small": "rabit",
    "step": "step",
    "guided-bft": "guided_pix2pix",
    "guided-uft": "guided_pix2pix",
    "guided-film": "guided_pix2pix",
    "guided-features": "guided_pix2pix",
    "guided-input": "guided_pix2pix",
}

TRANSLATORS = tuple(SYSTEMS)
