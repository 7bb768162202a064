"""The translator: bounded neighbourhoods, gradients, exemplars."""

import copy
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.correspondence.head import HeadClasses
from engine.correspondence.refinement import Match
from engine.correspondence.registration import Registration
from engine.correspondence.semantic_position import Layout, layout_of
from engine.models.injection import mix
from engine.models.mix import ALONE, Mix
from engine.models.rabit import REACH, Exemplar, Head, Rabit, RabitConfig
from tests.engine.figures import CLASSES, STILL, TINY, moved_person, photo_like, tiny_rabit

SIDE = 384
SLANTED = torch.tensor([[[0.9, 0.1, 0.02], [-0.1, 0.95, 0.05]]])


def _busy(seed: int, classes: int = CLASSES, side: int = SIDE) -> Tensor:
    cells = torch.randint(0, classes, (1, side // 8, side // 8), generator=torch.Generator().manual_seed(seed))
    return cells.repeat_interleave(8, 1).repeat_interleave(8, 2)


def _exemplar(network: Rabit, side: int = SIDE) -> Exemplar:
    return network.encode_side(photo_like(1, side, side), _busy(1, side=side))


@torch.no_grad()
def _painted(network: Rabit, labels: Tensor, layout: Layout, exemplar: Exemplar, matrix: Tensor) -> Tensor:
    condition = network.encode_condition(labels, layout=layout)
    held = Registration(matrix, torch.tensor([False]), torch.zeros(1))
    return network.synthesise(condition, [network.align_side(condition, exemplar, held)], ALONE)


def _distance(changed: Tensor, top: int, left: int, height: int, width: int) -> int:
    """How far `changed`, bool (1, C, H, W), reaches beyond a rectangle, in pixels."""
    ys, xs = changed[0].any(0).nonzero().unbind(1)
    return int(max(top - ys.min(), ys.max() + 1 - top - height, left - xs.min(), xs.max() + 1 - left - width))


@dataclass(frozen=True)
class Scene:
    """A network, what it is asked for, and what it answers."""

    network: Rabit
    labels: Tensor
    layout: Layout
    exemplar: Exemplar
    painted: Tensor

    def again(self, labels: Tensor, network: Rabit | None = None) -> Tensor:
        """The picture for other labels, with layout and registration held."""
        return _painted(network or self.network, labels, self.layout, self.exemplar, SLANTED)


@pytest.fixture(scope="module")
def scene() -> Scene:
    network, labels = tiny_rabit(), _busy(0, CLASSES - 1)
    layout, exemplar = layout_of(labels, CLASSES), _exemplar(network)
    return Scene(network, labels, layout, exemplar, _painted(network, labels, layout, exemplar, SLANTED))


def test_an_edit_changes_nothing_beyond_the_reach(scene: Scene) -> None:
    edited = scene.labels.clone()
    edited[:, 193:200, 180:183] = (edited[:, 193:200, 180:183] + 2) % (CLASSES - 1)
    assert 32 < _distance(scene.again(edited) != scene.painted, 193, 180, 7, 3) <= REACH


def test_the_reach_is_that_of_all_kernels_and_no_more(scene: Scene) -> None:
    network = copy.deepcopy(scene.network)
    with torch.no_grad():  # what a class without a number touches is no number either
        for part in (network.condition_extractor, network.condition_encoder, network.generator):
            part.embedding.weight[CLASSES - 1] = torch.nan
    edited = scene.labels.clone()
    edited[:, 216, 216] = CLASSES - 1  # in the last but one 8-pixel cell of its block, where it reaches furthest
    changed = ~(scene.again(edited, network) == scene.painted)
    assert _distance(changed, 216, 216, 1, 1) == REACH


def test_a_rectangle_grown_by_the_reach_is_painted_as_the_whole_is(scene: Scene) -> None:
    halo, top, left, height, width = 160, 192, 192, 32, 32
    part = scene.labels[:, top - halo :, left - halo :][:, : height + 2 * halo, : width + 2 * halo]
    scale = torch.tensor([part.shape[2] / SIDE, part.shape[1] / SIDE])
    centre = torch.tensor([(2 * left + width) / SIDE - 1, (2 * top + height) / SIDE - 1])
    layout = scene.layout
    seen_from_part = Layout((layout.centre - centre) / scale, layout.extent / scale, layout.share)
    linear, shift = SLANTED[:, :, :2], SLANTED[:, :, 2:]
    from_part = torch.cat([linear * scale, shift + linear @ centre[:, None]], dim=2)
    again = _painted(scene.network, part, seen_from_part, scene.exemplar, from_part)
    whole = scene.painted[:, :, top : top + height, left : left + width]
    assert (again[:, :, halo:-halo, halo:-halo] - whole).abs().max() < 2e-5


def test_the_generator_paints_a_crop_as_it_paints_the_whole() -> None:
    network, labels = tiny_rabit(), _busy(0, side=256)
    with torch.no_grad():
        condition = network.encode_condition(labels)
        held = Registration(STILL, torch.tensor([False]), torch.zeros(1))
        injection = network.align_side(condition, _exemplar(network, 256), held).injection
        whole = network.generator(labels, condition.features, injection)
        strides = zip(condition.features, (2, 4, 8), strict=True)
        features = tuple(x[:, :, 32 // s : 224 // s, 64 // s :] for x, s in strides)
        part = network.generator(labels[:, 32:224, 64:], features, injection.crop(32, 64, 192, 192))
    assert torch.allclose(part[:, :, 64:-64, 64:], whole[:, :, 96:160, 128:], atol=1e-5)


def test_the_root_grid_is_fine_enough_for_edits_to_stay_local() -> None:
    network = tiny_rabit()
    roots = []
    network.generator.block8.register_forward_hook(lambda module, args, result: roots.append(result.shape[2:]))
    labels = moved_person(STILL, 384, 256)
    exemplar = network.encode_side(photo_like(1, 384, 256), labels)
    _painted(network, labels, layout_of(labels, CLASSES), exemplar, STILL)
    assert min(roots[0]) >= 32


def test_every_parameter_learns() -> None:
    torch.manual_seed(0)
    network = tiny_rabit().train()
    labels = torch.cat([moved_person(STILL), moved_person(SLANTED)])
    labels[:, :8, :8] = 5
    photos = torch.cat([photo_like(seed, 192, 128) for seed in (1, 2)])
    hidden = torch.tensor([[False, False, False, True, False, False]] * 2)
    condition, exemplar = network.encode_condition(labels), network.encode_side(photos, labels.flip(0), hidden)
    held = Registration(torch.cat([SLANTED, STILL]), torch.tensor([False, False]), torch.zeros(2))
    alignment = network.align_side(condition, exemplar, held, epsilon=0.5)
    image = network.synthesise(condition, [alignment], ALONE)
    loss = (image - photos).abs().mean() + (alignment.warp - photos).abs().mean()
    (loss + alignment.injection.trust.square().mean()).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert idle == []


@torch.no_grad()
def test_an_edit_that_changes_nothing_changes_no_pixel_and_another_look_recolours_what_is_warped() -> None:
    network = tiny_rabit()
    labels = moved_person(STILL)
    condition = network.encode_condition(labels)
    exemplar = network.encode_exemplar(photo_like(1, 192, 128), labels)
    alignment = network.align(condition, exemplar)
    sure = replace(alignment.injection, trust=torch.full_like(alignment.injection.trust, 30.0))
    alignment = replace(alignment, injection=sure)
    plain = network.synthesise(condition, [alignment], ALONE)
    same = network.synthesise(condition, [alignment], Mix((1.0,), edit=lambda codes: codes.clone()))
    assert torch.equal(plain, same)

    def redder(codes: Tensor) -> Tensor:
        codes = codes.clone().unflatten(1, (CLASSES, -1))
        codes[:, 3, -6] += 0.4
        return codes.flatten(1)

    changed = network.synthesise(condition, [alignment], Mix((1.0,), edit=redder)) - plain
    top = (labels == 3) & (alignment.injection.agrees[:, 0] > 0)
    assert changed[:, 0][top].mean() > 0.1
    assert changed[:, 0][top].mean() > 3 * changed[:, 2][top].abs().mean()


@torch.no_grad()
def test_a_class_with_weights_of_its_own_is_taken_from_its_own_exemplar() -> None:
    network = tiny_rabit()
    labels = moved_person(STILL)
    condition = network.encode_condition(labels)
    one, two = (
        network.align(condition, network.encode_exemplar(photo_like(seed, 192, 128), labels)).injection
        for seed in (1, 2)
    )
    both = mix([one, two], labels, Mix((1.0, 0.0), {3: (0.0, 1.0)}).table(CLASSES))
    top = (labels == 3).unsqueeze(1)
    assert torch.allclose(both.warp, torch.where(top, two.warp, one.warp), atol=1e-5)
    assert torch.equal(both.style[:, 3], two.style[:, 3]) and torch.equal(both.style[:, 2], one.style[:, 2])


def test_two_passes_agree_and_weights_survive_saving() -> None:
    network, other, labels = tiny_rabit(0), tiny_rabit(1), moved_person(STILL)
    other.load_state_dict(network.state_dict())
    layout = layout_of(labels, CLASSES)
    first, second = (
        _painted(n, labels, layout, n.encode_side(photo_like(1, 192, 128), labels), STILL) for n in (network, other)
    )
    assert torch.equal(first, second)


def test_the_layout_moves_the_picture_and_can_be_held() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    grown = labels.clone()
    grown[:, 40:60, 100:120] = 3
    layout = layout_of(labels, CLASSES)
    free, held = network.encode_condition(grown), network.encode_condition(grown, layout=layout)
    assert held.layout is layout
    assert not torch.allclose(free.layout.centre[:, 3], layout.centre[:, 3], atol=1e-3)


def test_a_mirrored_exemplar_is_matched_in_its_own_coordinates() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    photo = photo_like(3, 192, 128)
    condition = network.encode_condition(labels)
    with torch.no_grad():
        straight = network.align(condition, network.encode_exemplar(photo, labels))
        mirrored = network.align(condition, network.encode_exemplar(photo.flip(3), labels.flip(2)))
    assert torch.allclose(straight.warp, mirrored.warp, atol=1e-4)
    assert torch.allclose(straight.match * torch.tensor([-1.0, 1.0]), mirrored.match, atol=1e-4)


def test_the_warp_is_the_photo_at_the_match() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    photo = photo_like(3, 192, 128)
    with torch.no_grad():
        alignment = network.align(network.encode_condition(labels), network.encode_exemplar(photo, labels))
    read = torch.nn.functional.grid_sample(photo, alignment.match, padding_mode="border", align_corners=False)
    assert torch.allclose(alignment.warp, read, atol=1e-5)
    assert alignment.confidence.min() >= 0 and alignment.confidence.max() <= 1


def test_trust_lets_the_warped_pixels_through() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    condition = network.encode_condition(labels)
    with torch.no_grad():
        alignment = network.align(condition, network.encode_exemplar(photo_like(3, 192, 128), labels))
        everywhere, nowhere = torch.ones_like(alignment.injection.agrees), torch.zeros_like(alignment.injection.seams)
        sure = replace(alignment.injection, trust=50 * everywhere, agrees=everywhere, seams=nowhere)
        image = network.synthesise(condition, [replace(alignment, injection=sure)], ALONE)
    assert torch.allclose(image, alignment.warp, atol=1e-5)


def test_of_several_exemplars_the_one_with_all_the_weight_decides() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    condition = network.encode_condition(labels)
    with torch.no_grad():
        one, two = (network.align(condition, network.encode_exemplar(photo_like(s, 192, 128), labels)) for s in (3, 4))
        alone = network.synthesise(condition, [one], ALONE)
        mixed = network.synthesise(condition, [one, two], Mix((1.0, 0.0)))
        even = network.synthesise(condition, [one, two], Mix((0.5, 0.5)))
    assert torch.allclose(alone, mixed, atol=1e-4)
    assert (alone - even).abs().max() > 1e-2


@pytest.mark.parametrize("size", [(64, 96), (192, 160)])
def test_any_multiple_of_the_block_is_a_size(size: tuple[int, int]) -> None:
    network = Rabit(RabitConfig(classes=CLASSES, matching_dims=8, style_dims=4, widths=(4, 4, 4, 4))).eval()
    labels = moved_person(STILL, *size)
    with torch.no_grad():
        condition = network.encode_condition(labels)
        exemplar = network.encode_exemplar(photo_like(0, 128, 64), moved_person(STILL, 128, 64))
        alignment = network.align(condition, exemplar)
        image = network.synthesise(condition, [alignment], ALONE)
    assert image.shape == (1, 3, *size)
    assert image.isfinite().all()


def test_background_shows_no_person_and_of_another_all_show_their_class() -> None:
    network, labels = tiny_rabit(), torch.zeros(1, 96, 64, dtype=torch.long)
    worn = labels.clone()
    worn[:, 24:72, 16:48] = 3
    exemplar = network.encode_side(photo_like(1, 96, 64), worn)
    points = identity_grid(96, 64).unsqueeze(0)

    def shown(asked: Tensor, alike: Tensor | None) -> Tensor:
        led = network.led_home(points, asked, worn, exemplar.ways, alike)
        return network.agreement_of(asked, worn, led).squeeze(1)

    assert shown(labels, None).all() and shown(labels, points).all()
    dressed = torch.full_like(labels, 3)
    assert not shown(dressed, None).all() and shown(dressed, points).all()


@pytest.mark.parametrize(("width", "is_cloth"), [(32, True), (2, False)])
def test_a_garment_that_is_painted_longer_does_not_repeat_its_hem(width: int, is_cloth: bool) -> None:
    network, hem = tiny_rabit(config=replace(TINY, head=HeadClasses(1, (4,), (2,)))), 72
    worn, asked = (torch.zeros(1, 192, 64, dtype=torch.long) for _ in range(2))
    worn[:, 24:hem, 16 : 16 + width], asked[:, 24:168, 16 : 16 + width] = 3, 3
    exemplar, points = network.encode_side(photo_like(1, 192, 64), worn), identity_grid(192, 64).unsqueeze(0)
    at_hem = points.clone()
    at_hem[..., 1].clamp_(max=(hem - 2.5) / 96 - 1)
    nothing = torch.zeros(1)
    match = Match(nothing, at_hem[:, 2::4, 2::4], at_hem, nothing, nothing)
    led = network.led(match, layout_of(asked, TINY.classes), asked, exemplar, points, Head(points, points)).fine
    far, near = led[0, hem + 30 : 150, 17, 1], led[0, 32:hem, 17, 1]
    assert torch.equal(near, at_hem[0, 32:hem, 17, 1])
    assert (far.diff() > 0).all() if is_cloth else (far.diff() == 0).all()
