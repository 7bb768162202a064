"""Learning rates over a training run."""

import math


def warm_then_cosine(step: int, steps: int) -> float:
    """Factor of the learning rate at `step` of `steps`: a linear rise, then half a cosine down to 2 %."""
    warm_up = max(1, min(200, steps // 20))
    if step < warm_up:
        return (step + 1) / warm_up
    done = min(1.0, (step - warm_up) / max(1, steps - warm_up))
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))
