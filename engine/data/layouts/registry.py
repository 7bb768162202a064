"""The layouts of data sets that are read directly, by name."""

from pathlib import Path
from typing import Any

from engine.data.folder import PhotoFolder
from engine.data.layouts.ade20k import Ade20k
from engine.data.layouts.celebahq import CelebaMaskHq
from engine.data.layouts.deepfashion import DeepFashion, DeepFashionHd
from engine.data.posed_folder import PosedFolder
from engine.domains import Domain
from engine.errors import InputError

OWN = "labels"  # photos/, labels/ or poses.json, lists: Warpaint's own layout, for poses too

LABELLED: dict[str, Any] = {OWN: PhotoFolder, "ade20k": Ade20k, "celebahq": CelebaMaskHq}
POSED: dict[str, Any] = {OWN: PosedFolder, "deepfashion": DeepFashion, "deepfashion-hd": DeepFashionHd}
LAYOUTS = tuple({**LABELLED, **POSED})


def find_layout(name: str, domain: Domain) -> Any:
    """The reader of a layout: of (folder, domain, split), or of (folder, split) where the domain is one of poses.

    Raises InputError for a layout without what the domain is conditioned on.
    """
    readers = POSED if domain.condition == "pose" else LABELLED
    if name not in readers:
        wanted = "poses" if domain.condition == "pose" else "label maps"
        raise InputError(
            f"The domain {domain.name} is conditioned on {wanted} and the layout {name} has none; choose one of: "
            f"{', '.join(readers)}."
        )
    return readers[name]


def open_layout(name: str, folder: Path, domain: Domain, split: str, paired: bool = True) -> Any:
    """The photos of one split of `folder`, arranged as the layout `name` has it; their exemplars only if `paired`.

    Raises InputError as `find_layout` does, and when the folder or one of its files cannot be used.
    """
    reader = find_layout(name, domain)
    return reader(folder, split, paired) if domain.condition == "pose" else reader(folder, domain, split, paired)
