"""Two processes on one job."""

import socket
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.multiprocessing
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.training import distributed
from engine.training.course import Course
from engine.training.loop import Run, train


class LineCourse(Course):
    """Learns random targets of each step with one convolution and one parameter that gets a gradient now and then."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        self.shipped = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
        self.sometimes = nn.Parameter(torch.ones(2))
        self.networks = nn.ModuleDict({"line": self.shipped})
        self.optimisers = {"line": torch.optim.AdamW([*self.shipped.parameters(), self.sometimes], 0.1)}

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        loss = (self.shipped(torch.randn(2, 3, 5, 5, generator=chance.generator)) - 1).square().mean()
        if chance.dice.random() < 0.5:
            loss = loss + self.sometimes.square().sum()
        self.descend(loss, "line")
        return {"loss": loss.detach()}

    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        return np.zeros((4, 4, 3), np.uint8)

    def config(self) -> dict:
        return {}


def _train(rank: int, port: int, out: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}.items():
            patch.setenv(name, str(value))
        found = distributed.start(torch.device("cpu"))
        course = LineCourse(seed=rank)
        run = Run(out, 3, 0, 2, 2, torch.float32, torch.device("cpu"))
        average = train(course, run, rank, {})
        distributed.finish()
    content = {"found": found, "weights": course.shipped.state_dict(), "average": average.network.state_dict()}
    torch.save(content | {"sometimes": course.sometimes.data}, out / f"rank{rank}.pt")


def test_two_processes_keep_equal_weights_and_one_writes(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    torch.multiprocessing.spawn(_train, (port, tmp_path), nprocs=2)
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    assert first["found"] == (0, 2) and second["found"] == (1, 2)
    for part in ("weights", "average"):
        assert all(torch.equal(first[part][name], second[part][name]) for name in first[part])
    assert torch.equal(first["sometimes"], second["sometimes"])
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2


def test_alone_there_is_nothing_to_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert distributed.start(torch.device("cpu")) == (0, 1)
    parameter = nn.Parameter(torch.ones(2))
    distributed.average_gradients([parameter])
    assert parameter.grad is None
    distributed.finish()
