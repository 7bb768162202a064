"""Label maps of faces as the authors' networks are shown them: what glasses cover, and the masks of the parts."""

import cv2
import numpy as np

from engine.conditions.pose_maps import FULL
from engine.domains import CELEBAHQ

GLASSES = CELEBAHQ.class_named("glasses").id

# The names that the data set's files of masks have, and the classes whose pixels are in them: what lies on the face
# belongs to its skin.
_PARTS = {
    "l_brow": ("left brow",),
    "r_brow": ("right brow",),
    "l_eye": ("left eye",),
    "r_eye": ("right eye",),
    "l_ear": ("left ear",),
    "r_ear": ("right ear",),
    "nose": ("nose",),
    "u_lip": ("upper lip",),
    "mouth": ("mouth",),
    "l_lip": ("lower lip",),
    "hair": ("hair",),
}
_ON_SKIN = ("l_brow", "r_brow", "l_eye", "r_eye", "nose", "u_lip", "mouth", "l_lip")


def without_glasses(labels: np.ndarray) -> np.ndarray:
    """The label map uint8 (H, W) with the nearest other class in the place of glasses; skin where there is no other."""
    worn = labels == GLASSES
    if not worn.any():
        return labels
    if worn.all():
        return np.full_like(labels, CELEBAHQ.class_named("skin").id)
    _, nearest = cv2.distanceTransformWithLabels(worn.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    classes = np.zeros(nearest.max() + 1, np.uint8)
    classes[nearest[~worn]] = labels[~worn]
    return classes[nearest]


def part_masks(labels: np.ndarray) -> dict[str, np.ndarray]:
    """The masks uint8 (H, W), 255 inside, of the parts in a label map uint8 (H, W); absent ones are left out."""
    bare = without_glasses(labels)
    masks = {part: np.isin(bare, [CELEBAHQ.class_named(name).id for name in names]) for part, names in _PARTS.items()}
    skin = bare == CELEBAHQ.class_named("skin").id
    masks["skin"] = np.any([skin, *(masks[part] for part in _ON_SKIN)], axis=0)
    masks["eye_g"] = labels == GLASSES
    return {part: mask * np.uint8(FULL) for part, mask in masks.items() if mask.any()}
