"""Cosine similarity between all k×k patches of two feature maps, a few rows of it at a time.

CoCosNet (Zhang et al., CVPR 2020, sec. 3.1) compares patches that are unfolded, centred over their
k² C values and brought to unit length. Neither the patches nor the matrix of all pairs is built here:

- The product of two patches is the sum of the products of their k² positions, so the products of
  single positions are computed once and summed along the diagonal direction (one step in the
  condition for each step in the exemplar), first over columns, then over rows.
- Centre and length of a patch are window sums of the sums and the squares over channels.

Both maps get a border of zeros as wide as the window's reach to the right of each row (and the
exemplar below), so that a step in both is one constant offset in memory and nothing wraps around.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK_BYTES = 16 * 1024 * 1024  # similarities held at a time
TINY = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class PatchCorrelation:
    """The logits of every position of `condition` against every position of `exemplar`.

    condition    float (C, H, W)
    exemplar     float (C, H', W')
    kernel       side k of the patches, odd; zeros beyond the border count as values
    temperature  what the cosine is divided by
    """

    condition: Tensor
    exemplar: Tensor
    kernel: int = 3
    temperature: float = 0.01

    def chunks(self) -> Iterator[tuple[slice, Tensor]]:
        """Rows y0:y1 of the condition's grid with their logits, float ((y1 - y0) * W, H' * W')."""
        reach = self.kernel // 2
        height, width = self.condition.shape[1:]
        key_height, key_width = self.exemplar.shape[1:]
        rows = F.pad(self.condition, (0, reach, reach, reach)).permute(1, 2, 0)
        keys = F.pad(self.exemplar, (0, reach, 0, reach)).permute(1, 2, 0)
        columns = keys.flatten(0, 1).T
        row_mean, row_scale = (x.view(height, width) for x in self._statistics(self.condition))
        key_mean, key_scale = self._statistics(self.exemplar)
        weight = self.condition.shape[0] * self.kernel**2
        line = keys.shape[0] * keys.shape[1]
        step = max(1, CHUNK_BYTES // (4 * rows.shape[1] * line) - 2 * reach)
        for top in range(0, height, step):
            part = slice(top, min(top + step, height))
            values = rows[part.start : part.stop + 2 * reach].flatten(0, 1) @ columns
            values = _diagonal_sums(values, 1 + line, reach)
            values = _diagonal_sums(values, rows.shape[1] * line + keys.shape[1], reach)
            values = values.view(-1, rows.shape[1], keys.shape[0], keys.shape[1])
            values = values[reach : reach + part.stop - part.start, :width, :key_height, :key_width]
            values = (values * key_scale.view(key_height, key_width)).view(-1, key_height * key_width)
            mean = row_mean[part].reshape(-1, 1)
            values = values.addcmul(mean, (-weight * key_mean * key_scale)[None])
            yield part, values * (row_scale[part].reshape(-1, 1) / self.temperature)

    def _statistics(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Of each patch: the mean of its values, and one over its length once centred, both (H * W)."""
        features = features.double()
        count = features.shape[0] * self.kernel**2
        window = {"kernel_size": self.kernel, "stride": 1, "padding": self.kernel // 2, "divisor_override": 1}
        sums = F.avg_pool2d(torch.stack([features.sum(0), features.square().sum(0)])[None], **window)[0]
        mean = sums[0] / count
        length = (sums[1] - count * mean.square()).clamp_min(0).sqrt()
        return mean.flatten().float(), (length + TINY).reciprocal().flatten().float()


def _diagonal_sums(values: Tensor, offset: int, reach: int) -> Tensor:
    """values (N, M): each value plus those 1 to `reach` times `offset` before and after it in memory."""
    flat = values.reshape(-1)
    total = flat.clone()
    for distance in range(offset, offset * reach + 1, offset):
        total[:-distance] += flat[distance:]
        total[distance:] += flat[:-distance]
    return total.view_as(values)
