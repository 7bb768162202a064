"""The `analyse` command: the label map and the pose of a person in a photo."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.commands.labelling import MODEL
from engine.commands.parser import add_device
from engine.conditions.body import body_segments
from engine.conditions.label_map import write_label_map
from engine.conditions.pose import write_pose
from engine.domains import find_domain
from engine.errors import InputError
from engine.images import read_photo
from engine.weights.registry import find_weights

if TYPE_CHECKING:
    from engine.analysis.analyse import Person

ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `analyse`."""
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="photo of any size that shows a person")
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--labels", type=Path, help="write label map or body segments there, of the photo's size, .png")
    parser.add_argument("--pose", type=Path, help="write the pose there, OpenPose .json or _candidate.txt/_subset.txt")
    parser.add_argument(
        "--person", type=_person, default=1, metavar="N", help=f"the N-th largest person, or {ALL} (default: 1)"
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Analyse, write what was asked for, say what was found. Returns the exit code; raises InputError."""
    domain = find_domain(arguments.domain)
    weights = find_weights(domain.analyst or domain.name, MODEL)
    photo = read_photo(arguments.photo)

    from engine.analysis.analyse import Analysis  # these bring torch
    from engine.devices import pick_device

    analysis = Analysis(find_domain(weights.card.domain), pick_device(arguments.device), weights)
    persons = analysis.of(photo, str(arguments.photo))
    chosen = _chosen(persons, arguments.person, arguments.photo)
    pose = np.stack([person.pose for person in chosen])
    if arguments.labels:
        drawn = body_segments(pose, photo.shape[:2]) if domain.condition == "pose" else _together(chosen)
        write_label_map(arguments.labels, drawn, domain)
    if arguments.pose:
        write_pose(arguments.pose, pose)
    print(json.dumps(_facts(persons, photo), indent=1) if arguments.json else _lines(persons))
    return 0


def _person(text: str) -> int | None:
    """Number of a person from 1, None for all, as an argparse type."""
    if text == ALL:
        return None
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def _chosen(persons: "Sequence[Person]", number: int | None, photo: Path) -> "Sequence[Person]":
    if number is None:
        return persons
    if number > len(persons):
        shown = "1 person" if len(persons) == 1 else f"{len(persons)} persons"
        raise InputError(f"The photo {photo} shows {shown}, not {number}; choose a lower --person.")
    return [persons[number - 1]]


def _together(persons: "Sequence[Person]") -> np.ndarray:
    """One label map, in which larger persons lie over smaller ones."""
    labels = persons[-1].labels.copy()
    for person in reversed(persons[:-1]):
        np.copyto(labels, person.labels, where=person.labels > 0)
    return labels


def _facts(persons: "Sequence[Person]", photo: np.ndarray) -> dict:
    return {
        "size": [photo.shape[1], photo.shape[0]],
        "persons": [
            {
                "box": [person.box.left, person.box.top, person.box.width, person.box.height],
                "crop": [person.crop.left, person.crop.top, person.crop.width, person.crop.height],
                "keypoints": int(np.count_nonzero(person.pose[:, 2])),
                "confidence": round(person.confidence, 3),
            }
            for person in persons
        ],
    }


def _lines(persons: "Sequence[Person]") -> str:
    return "\n".join(
        f"person {number}: {person.box.width}×{person.box.height} at x={person.box.left}, y={person.box.top}, "
        f"{np.count_nonzero(person.pose[:, 2])} of {len(person.pose)} keypoints, confidence {person.confidence:.2f}"
        for number, person in enumerate(persons, 1)
    )
