"""What the generator's last injection does to a picture."""

import torch

from engine.models.generator import FINISH_REACH, finished, let_through
from engine.models.injection import Injection
from tests.engine.figures import CLASSES

SIDE = 48


def _stripes() -> torch.Tensor:
    columns = (torch.arange(SIDE) // 2 % 2).float() * 0.8 - 0.4
    return columns.expand(1, 3, SIDE, SIDE).contiguous()


def _injection(agrees: torch.Tensor, trust: float = -30.0) -> Injection:
    nowhere, warp = torch.zeros(1, 1, SIDE, SIDE), torch.full((1, 3, SIDE, SIDE), 0.9)
    features = (warp, warp, warp)
    return Injection(warp, features, nowhere, nowhere + trust, agrees, nowhere, torch.zeros(1, CLASSES, 4))


def test_what_no_exemplar_shows_is_painted_plainly() -> None:
    image, agrees, seams = _stripes(), torch.ones(1, 1, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    agrees[..., 16:32, 16:32] = 0
    done = finished(image, agrees, seams)
    assert done[..., 20:28, 20:28].std() < 0.05 < 0.3 < image.std()
    seen = (agrees > 0).expand_as(image)
    assert torch.equal(done[seen], image[seen])


def test_colours_of_what_is_seen_do_not_run_into_what_is_not() -> None:
    image, agrees, seams = (torch.zeros(1, channels, SIDE, SIDE) for channels in (3, 1, 1))
    image[..., :20], agrees[..., :20] = 1, 1
    assert finished(image, agrees, seams)[..., 20:].abs().max() < 1e-6


def test_a_single_pixel_that_is_not_seen_stays() -> None:
    image, agrees, seams = _stripes(), torch.ones(1, 1, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    agrees[..., 10, 10] = 0
    assert torch.allclose(finished(image, agrees, seams), image)


def test_a_part_is_finished_as_the_whole_is() -> None:
    image, seams = torch.rand(1, 3, SIDE, SIDE), (torch.rand(1, 1, SIDE, SIDE) > 0.8).float()
    agrees = (torch.rand(1, 1, SIDE // 4, SIDE // 4) > 0.5).float().repeat_interleave(4, 2).repeat_interleave(4, 3)
    whole, part = finished(image, agrees, seams), finished(*(x[..., 8:40, 4:36] for x in (image, agrees, seams)))
    inner = slice(FINISH_REACH, -FINISH_REACH)
    assert torch.allclose(part[..., inner, inner], whole[..., 8:40, 4:36][..., inner, inner], atol=1e-6)


def test_where_the_warp_is_trusted_it_is_let_through_and_nowhere_else() -> None:
    painted, agrees = _stripes(), torch.ones(1, 1, SIDE, SIDE)
    agrees[..., :24, :] = 0
    image = let_through(painted, torch.full_like(painted, 3.0), _injection(agrees, trust=30.0))
    assert torch.allclose(image[..., 24:, :], torch.tensor(0.9)) and image[..., :24, :].max() < 0.5
