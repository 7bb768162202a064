"""What one move of a style slider costs: python -m tests.benchmarks.slider_latency [--model M] [--threads N]

The shipped sample's label map with two of its exemplars. Kinds of moves are interleaved; each is a whole render by
the session, as the editor asks for it: median and 95th percentile in milliseconds, with the share of each stage.
"""

import argparse
from dataclasses import replace

import numpy as np
import torch

from app.project import read_project
from app.resources import sample_projects
from engine.inference.session import Session
from engine.inference.state import EditState
from engine.models.style_axes import style_axes
from engine.style import Style

MOVES = 40


def _state(model: str | None) -> EditState:
    snapshot = read_project(sample_projects()[0])
    exemplars = snapshot.board.exemplars[:2]
    return EditState(
        snapshot.domain.name, model or snapshot.method.model, snapshot.canvas.labels, exemplars, (0.5, 0.5)
    )


def _moved(state: EditState, kind: str, share: float) -> EditState:
    if kind == "weights":
        return replace(state, weights=(share, 1 - share))
    if kind == "class weights":
        class_id = int(np.bincount(state.labels.array.ravel())[1:].argmax()) + 1
        return replace(state, style=Style.of({class_id: (share, 1 - share)}))
    if kind == "axis":
        return replace(state, style=Style.of(axes=(2 * share - 1,)))
    return replace(state, style=Style.of(sample=7, surprise=share))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="the translator (default: the sample's)")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    state, session = _state(arguments.model), Session()
    kinds = ["weights", "class weights"]
    if style_axes(state.domain, state.model):
        kinds += ["axis", "surprise"]
    session.render(state)
    times: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for share in np.linspace(0.02, 0.98, MOVES):
        for kind in kinds:
            times[kind].append(session.render(_moved(state, kind, float(share))).timings)
    height, width = state.labels.array.shape
    print(f"{width}×{height}, two exemplars, {arguments.threads} threads, {MOVES} moves of each kind")
    for kind, laps in times.items():
        total = np.array([lap["total"] for lap in laps])
        stages = ", ".join(
            f"{stage} {np.median([lap[stage] for lap in laps]):.0f}" for stage in laps[0] if stage != "total"
        )
        print(f"{kind:14} median {np.median(total):6.1f} ms, p95 {np.percentile(total, 95):6.1f} ms ({stages})")


if __name__ == "__main__":
    main()
