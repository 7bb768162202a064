"""The data of a training, read once before it starts: bad data is found now, not an hour into the run."""

import argparse
from pathlib import Path

from tqdm import tqdm

from engine.data.conditioned import ConditionedPhotos
from engine.data.depth_set import DepthSet, depth_sets
from engine.data.layouts.registry import find_layout
from engine.data.photo_set import HELD, PhotoSet
from engine.data.posed_set import PosedSet
from engine.data.side_by_side import SideBySide
from engine.domains import Domain
from engine.errors import InputError

LEARNS_FROM_EDGES = "cocosnet"  # the model that does
SIDE_BY_SIDE = "side-by-side"  # the layout of pictures A|B, which has no label maps


def labelled_photos(arguments: argparse.Namespace, domain: Domain, batch: int) -> tuple[PhotoSet, PhotoSet]:
    """The splits train and val, each photo read.

    Raises InputError where the domain is one of poses, or of edges and the model looks at none, for data that cannot
    be used, and for fewer photos to learn from than `batch`, as all of these functions do.
    """
    if domain.condition == "pose":
        raise InputError(
            f"{arguments.model} learns from label maps and the domain {domain.name} is conditioned on poses; choose "
            "another model or domain."
        )
    if domain.edges and arguments.model != LEARNS_FROM_EDGES:
        raise InputError(
            f"{arguments.model} learns from classes and the domain {domain.name} is conditioned on edges; choose the "
            f"model {LEARNS_FROM_EDGES}, or the domain {domain.analyst}."
        )
    layout = find_layout(arguments.layout, domain)
    training, held_out = (PhotoSet(arguments.data, domain, split, layout) for split in ("train", "val"))
    _read(arguments.data, batch, training, held_out)
    return training, held_out


def posed_photos(arguments: argparse.Namespace, domain: Domain, batch: int) -> tuple[PosedSet, PosedSet]:
    """As `labelled_photos`, of all photos with a pose."""
    layout = find_layout(arguments.layout, domain)
    training, held_out = (PosedSet(arguments.data, domain, split, layout) for split in ("train", "val"))
    _read(arguments.data, batch, training, held_out)
    return training, held_out


def conditioned_photos(
    arguments: argparse.Namespace, domain: Domain, batch: int
) -> tuple[ConditionedPhotos, ConditionedPhotos]:
    """As `labelled_photos`, or photos with the pictures beside them."""
    if arguments.layout != SIDE_BY_SIDE:
        return labelled_photos(arguments, domain, batch)
    area = domain.size[0] * domain.size[1]
    training, held_out = (SideBySide(arguments.data, s, area, arguments.direction) for s in ("train", "val"))
    _check_batch(arguments.data, len(training.names), batch)
    return training, held_out


def photos_with_depth(arguments: argparse.Namespace, batch: int) -> tuple[DepthSet, DepthSet]:
    """Photos with their depth maps, what is trained on and what is held out, each read."""
    training, held_out = depth_sets(arguments.data)
    _read(arguments.data, batch, training, held_out)
    return training, held_out


def _read(folder: Path, batch: int, *sets: PhotoSet | PosedSet | DepthSet) -> None:
    """Read every photo that stays in memory; the first set is what is learned from."""
    for photos in sets:
        for name in tqdm(photos.names[:HELD], "reading photos", unit="photo", disable=None):
            photos.read(name)
    _check_batch(folder, len(sets[0].names), batch)


def _check_batch(folder: Path, photos: int, batch: int) -> None:
    if batch > photos:
        raise InputError(f"{folder} has {photos} training photos, fewer than --batch {batch}.")
