"""Edges of a face and its parts as planes, what CoCosNet's `celebahqedge` configuration is conditioned on."""

from collections.abc import Mapping

import numpy as np
from skimage.feature import canny

from engine.conditions.pose_maps import FULL, distance_plane

PARTS = (
    "skin",
    "l_brow",
    "r_brow",
    "l_eye",
    "r_eye",
    "l_ear",
    "r_ear",
    "nose",
    "u_lip",
    "mouth",
    "l_lip",
    "eye_g",
    "hair",
)
EDGE_PLANES = len(PARTS) + 2


def edge_planes(grey: np.ndarray, parts: Mapping[str, np.ndarray]) -> np.ndarray:
    """The 15 planes, uint8 (15, H, W): all edges, the distance to the edge of each part, the edges of parts alone.

    grey   the photo, uint8 (H, W); its Canny edges count where hair lies or no part at all
    parts  masks uint8 (H, W) by the names of PARTS, 255 inside; those that the face lacks are left out
    """
    none = np.zeros(grey.shape, bool)
    edges = [part_edge(parts[name]) if name in parts else none for name in PARTS]
    inner = [parts[name] == FULL for name in PARTS if name in parts and name != "hair"]
    outside = ~np.any([none, *inner], axis=0) | (parts.get("hair", none) == FULL)
    of_parts = np.any(edges, axis=0)
    everything = of_parts | (canny(grey) & outside)
    distances = [distance_plane(~edge) for edge in edges]
    return np.stack([everything * np.uint8(FULL), *distances, of_parts * np.uint8(FULL)])


def part_edge(mask: np.ndarray) -> np.ndarray:
    """Where a mask changes, bool (H, W): both pixels of each neighbouring pair that differ."""
    edge = np.zeros(mask.shape, bool)
    across, down = mask[:, 1:] != mask[:, :-1], mask[1:] != mask[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return edge
