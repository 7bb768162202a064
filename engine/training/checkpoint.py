"""Checkpoints: everything a run needs to go on as if it had not stopped."""

from pathlib import Path

import torch

from engine.errors import InputError
from engine.files import replacing
from engine.training.average import WeightAverage
from engine.training.course import Course


def save_checkpoint(path: Path, course: Course, average: WeightAverage, step: int, arguments: dict) -> None:
    """Write networks, optimisers and averaged weights after `step` steps, in one go."""
    content = {
        "step": step,
        "arguments": arguments,
        "networks": course.networks.state_dict(),
        "average": average.network.state_dict(),
        "optimisers": {name: optimiser.state_dict() for name, optimiser in course.optimisers.items()},
    }
    with replacing(path) as temporary:
        torch.save(content, temporary)


def load_checkpoint(path: Path, course: Course, average: WeightAverage) -> int:
    """Restore what `save_checkpoint` wrote. Returns the step to go on from.

    Raises InputError when the file is no checkpoint of this course.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        course.networks.load_state_dict(content["networks"])
        average.network.load_state_dict(content["average"])
        for name, optimiser in course.optimisers.items():
            optimiser.load_state_dict(content["optimisers"][name])
        return int(content["step"])
    except Exception as error:
        raise InputError(
            f"The checkpoint {path} does not fit this training ({type(error).__name__}); "
            "use the same model and settings, or another --out folder."
        ) from error
