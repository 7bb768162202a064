"""What the generator's last injection does to a picture."""

import torch

from engine.models.generator import let_through, plain
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
    painted, agrees = _stripes(), torch.ones(1, 1, SIDE, SIDE)
    agrees[..., 16:32, 16:32] = 0
    image = let_through(painted, torch.zeros_like(painted), _injection(agrees))
    assert image[..., 20:28, 20:28].std() < 0.05 < 0.3 < painted.std()
    assert torch.equal(image[(agrees > 0).expand_as(image)], painted[(agrees > 0).expand_as(image)])


def test_colours_of_what_is_seen_do_not_run_into_what_is_not() -> None:
    painted, unseen = torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    painted[..., :20], unseen[..., 20:] = 1, 1
    assert plain(painted, unseen)[..., 20:].abs().max() < 1e-6


def test_a_single_pixel_that_is_not_seen_stays() -> None:
    painted, unseen = _stripes(), torch.zeros(1, 1, SIDE, SIDE)
    unseen[..., 10, 10] = 1
    assert torch.allclose(plain(painted, unseen)[..., 10, 10], painted[..., 10, 10])


def test_where_the_warp_is_trusted_it_is_let_through_and_nowhere_else() -> None:
    painted, agrees = _stripes(), torch.ones(1, 1, SIDE, SIDE)
    agrees[..., :24, :] = 0
    image = let_through(painted, torch.full_like(painted, 3.0), _injection(agrees, trust=30.0))
    assert torch.allclose(image[..., 24:, :], torch.tensor(0.9)) and image[..., :24, :].max() < 0.5
