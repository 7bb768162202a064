"""The pose of a drawn person: what an estimator should find in the picture."""

import numpy as np

from engine.conditions.pose import KEYPOINTS
from engine.data.renderer.figure import Body
from engine.data.renderer.head import Head
from engine.data.renderer.person import HEADROOM, TALL, Person

# Keypoints of the limbs by side of the picture, from the trunk outwards; a person's right side is on the left.
_ARMS, _LEGS = ((2, 3, 4), (5, 6, 7)), ((8, 9, 10), (11, 12, 13))
_NECK = 1
_FACE = {0: (0.0, 0.64), 14: (-0.43, 0.46), 15: (0.43, 0.46), 16: (-0.97, 0.52), 17: (0.97, 0.52)}
_TURN = 0.22  # how far features move across a face that is turned by 1


def keypoints(person: Person, size: tuple[int, int] = (256, 384)) -> np.ndarray:
    """The pose in the picture of `size` (width, height), float64 (1, 18, 3), all keypoints with confidence 1."""
    body = Body(person.build, person.pose)
    head = Head(body, person.look, person.seed)
    places = np.zeros((KEYPOINTS, 2))
    for side in (0, 1):
        places[list(_ARMS[side])] = body.shoulders[side], body.elbows[side], body.wrists[side]
        places[list(_LEGS[side])] = body.hips[side], body.knees[side], body.ankles[side]
    places[_NECK] = (body.shoulders[0] + body.shoulders[1]) / 2
    turned = np.array(list(_FACE.values())) + [person.pose.head_turn * _TURN, 0.0]
    places[list(_FACE)] = head.at(turned)
    width, height = size
    scale = min(TALL * height, 1.36 * width)
    origin = (width * (0.5 + person.shift), height * (1 - HEADROOM * 0.6) - scale)
    return np.column_stack([origin + places * scale, np.ones(KEYPOINTS)])[None]
