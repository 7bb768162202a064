"""The translators by name, with the system that each is a trained form of; torch is not needed to know them."""

SYSTEMS = {
    "rabit": "rabit",
    "rabit-small": "rabit",
    "step": "step",
    "cocosnet": "cocosnet",
    "cocosnet2": "cocosnet2",
    "cocosnet2-small": "cocosnet2",
    "guided-bft": "guided_pix2pix",
    "guided-uft": "guided_pix2pix",
    "guided-film": "guided_pix2pix",
    "guided-features": "guided_pix2pix",
    "guided-input": "guided_pix2pix",
    "guided-texture": "guided_pix2pix",
}

TRANSLATORS = tuple(SYSTEMS)

TITLES = {
    "rabit": "RABIT",
    "rabit-small": "RABIT (small)",
    "step": "StEP",
    "cocosnet": "CoCosNet",
    "cocosnet2": "CoCosNet v2",
    "cocosnet2-small": "CoCosNet v2 (small)",
    "guided-bft": "Guided pix2pix (bFT)",
    "guided-uft": "Guided pix2pix (uFT)",
    "guided-film": "Guided pix2pix (FiLM)",
    "guided-features": "Guided pix2pix (features)",
    "guided-input": "Guided pix2pix (input)",
    "guided-texture": "Guided pix2pix (texture)",
}


def trained_size(config: dict, domain_size: tuple[int, int]) -> tuple[int, int]:
    """Width and height that a translator of a card's configuration was trained at."""
    if config.get("size"):
        width, height = config["size"]
        return width, height
    shrink = config.get("shrink", 1)
    return domain_size[0] // shrink, domain_size[1] // shrink


def title_of(model: str) -> str:
    """The name of a translator for people; one that came from elsewhere has none but its own."""
    return TITLES.get(model, model)
