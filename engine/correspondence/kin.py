"""Borrowing from a related class: shorts are cut from the exemplar's trousers when it wears no shorts."""

import torch
from torch import Tensor

LEAST_SHARE = 5e-4  # of the picture; a class that covers less counts as absent

Kin = tuple[tuple[int, ...], ...]


def lenders(share: Tensor, kin: Kin) -> Tensor:
    """For each class, the class that an exemplar lends for it: int64 (B, classes).

    share: float (B, classes), part of the exemplar that each class covers. kin: for each class the related ones,
    nearest first; a class that is there, or none of whose kin is, stands for itself.
    """
    batch, classes = share.shape
    there = share > LEAST_SHARE
    lender = torch.arange(classes, device=share.device).repeat(batch, 1)
    for number, relatives in enumerate(kin):
        for relative in reversed(relatives):
            lender[:, number] = lender[:, number].masked_fill(there[:, relative], relative)
        lender[:, number] = lender[:, number].masked_fill(there[:, number], number)
    return lender


def borrow(labels: Tensor, lender: Tensor) -> Tensor:
    """Labels int64 (B, H, W) with every class replaced by its lender, (B, classes)."""
    return lender.gather(1, labels.flatten(1)).view_as(labels)
