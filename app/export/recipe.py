"""The recipe: what a picture was made of, to travel inside of its file."""

import json
from pathlib import Path

from PIL import Image

from app.version import app_version
from engine.domains import find_domain
from engine.inference.state import EditState

RECIPE_KEY = "warpaint"
_EXIF_DESCRIPTION = 0x010E


def recipe_of(state: EditState, weights_hash: str | None = None) -> dict:
    """The recipe of the picture of `state`, ready for JSON; pixels are named by their digests, classes by name."""
    classes = find_domain(state.domain).classes
    return {
        "app_version": app_version(),
        "domain": state.domain,
        "model": state.model,
        "weights_hash": weights_hash,
        "seed": state.seed,
        "labels": state.labels.digest,
        "exemplars": [
            {"name": exemplar.name, "weight": weight, "photo": exemplar.photo.digest, "labels": exemplar.labels.digest}
            for exemplar, weight in zip(state.exemplars, state.weights, strict=True)
        ],
        "style": {
            "class_weights": {classes[class_id].name: list(own) for class_id, own in state.style.class_weights},
            "axes": list(state.style.axes),
            "sample": state.style.sample,
            "surprise": state.style.surprise,
        },
        **_preserved(state),
        **_posed(state),
        **({"full_size": True} if state.full_size else {}),
    }


def _preserved(state: EditState) -> dict:
    """The photo that is kept outside of the edit; nothing where all was made anew."""
    if state.content is None:
        return {}
    return {"preserved": {"photo": state.content.photo.digest, "labels": state.content.labels.digest}}


def _posed(state: EditState) -> dict:
    """The poses that the picture follows; nothing where it follows a label map."""
    if state.keypoints is None:
        return {}
    poses = [exemplar.keypoints.digest if exemplar.keypoints else None for exemplar in state.exemplars]
    return {"pose": state.keypoints.digest, "exemplar_poses": poses}


def recipe_text(state: EditState, weights_hash: str | None = None) -> dict[str, str]:
    """The recipe as the text that a picture file carries."""
    return {RECIPE_KEY: json.dumps(recipe_of(state, weights_hash))}


def read_recipe(path: Path) -> dict | None:
    """The recipe in a PNG, JPEG or WebP that was exported here; None where there is none."""
    with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
        text = image.info.get(RECIPE_KEY)
        if text is None:
            described = image.getexif().get(_EXIF_DESCRIPTION)
            text = json.loads(described)[RECIPE_KEY] if described else None
    return json.loads(text) if text else None
