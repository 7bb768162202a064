"""Several processes on one job, started by torchrun; alone, every function is a no-op."""

import os

import torch
import torch.distributed as dist
from torch import nn


def start(device: torch.device) -> tuple[int, int]:
    """Join the other processes if torchrun started this one. Returns (rank, number of processes)."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return 0, 1
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return dist.get_rank(), dist.get_world_size()


def finish() -> None:
    """Leave the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()


def share_weights(networks: nn.Module) -> None:
    """Give every process the weights of the first."""
    if dist.is_initialized():
        for tensor in networks.state_dict().values():
            dist.broadcast(tensor, 0)


def average_gradients(parameters: list[nn.Parameter]) -> None:
    """Replace each gradient by its mean over the processes; a missing one counts as zero."""
    if not dist.is_initialized():
        return
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for parameter, part in zip(parameters, flat.split([g.numel() for g in gradients]), strict=True):
        parameter.grad = part.view_as(parameter)
