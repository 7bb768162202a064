"""RABIT piece by piece: the whole is what RABIT makes, and edits come to what a full pass makes of them."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors, pose_tensors
from engine.correspondence.semantic_position import turned_by
from engine.models.mix import ALONE, Mix
from engine.models.rabit import ExemplarSides, Rabit, in_own_coordinates
from engine.models.rabit_flow import AlignmentFlow, ConditionFlow
from engine.rectangle import Rectangle
from tests.engine.figures import STILL, TINY, moved_person, photo_like, tiny_rabit
from tests.engine.posed_domain import POSED_CONFIG
from tests.engine.posed_people import BODY

SIZE = (192, 128)
SLANTED = torch.tensor([[[0.95, 0.1, 0.03], [-0.08, 0.9, 0.02]]])
WIDTHS = (16, 16, 16, 16)


def _brighter(codes: Tensor) -> Tensor:
    return codes + 0.1


MIXES = {
    "alone": ALONE,
    "two": Mix((0.3, 0.7)),
    "two, by class": Mix((0.5, 0.5), {3: (0.0, 1.0)}),
    "another style": Mix((1.0,), edit=_brighter),
    "two in another style": Mix((0.4, 0.6), edit=_brighter),
}


class Picture:
    """A condition's flow with those of its exemplars and of what is painted."""

    def __init__(self, network: Rabit, labels: Tensor, exemplars: list[ExemplarSides], mix: Mix) -> None:
        self.network, self.mix = network, mix
        self.condition = ConditionFlow(network, labels)
        self.condition.flow.run()
        self.alignments = [self.condition.align(exemplar) for exemplar in exemplars]
        for alignment in self.alignments:
            alignment.flow.run()
        self.painting = self.condition.paint(self.alignments, mix)
        self.painting.flow.run()
        self.seen()

    def seen(self) -> None:
        for part in (self.condition, *self.alignments, self.painting):
            part.flow.seen()

    def put(self, labels: Tensor) -> None:
        self.condition.put(labels)
        self.condition.flow.run()
        for alignment in self.alignments:
            alignment.put(labels)
            alignment.flow.run()
        self.painting.flow.run()

    def in_full(self) -> Tensor:
        network = self.network
        condition = network.encode_condition(self.condition.labels.value, layout=self.condition.region.layout)
        aligned = [network.align_side(condition, a.exemplar, a.registration) for a in self.alignments]
        return network.synthesise(condition, aligned, self.mix)


def _exemplars(network: Rabit, count: int) -> list[ExemplarSides]:
    labels = [moved_person(STILL, *SIZE), moved_person(SLANTED, *SIZE)]
    return [network.encode_exemplar(photo_like(n, *SIZE), labels[n]) for n in range(count)]


def _painted(labels: Tensor, class_id: int) -> Tensor:
    labels = labels.clone()
    labels[:, 80:95, 30:44] = class_id
    return labels


@pytest.mark.parametrize("mix", MIXES.values(), ids=MIXES)
@torch.inference_mode()
def test_run_at_once_it_is_rabit_itself_and_an_edit_is_as_a_full_pass(mix: Mix) -> None:
    network = tiny_rabit(config=replace(TINY, matching_dims=16, style_dims=10, widths=WIDTHS))
    labels, exemplars = moved_person(STILL, *SIZE), _exemplars(network, len(mix.weights))
    picture = Picture(network, labels, exemplars, mix)
    condition = network.encode_condition(labels)
    aligned = [network.align(condition, exemplar) for exemplar in exemplars]
    assert torch.equal(picture.painting.image.value, network.synthesise(condition, aligned, mix))
    before = picture.painting.image.value.clone()
    picture.put(_painted(labels, 4))
    changed = picture.painting.image.changed
    assert changed.area < SIZE[0] * SIZE[1]
    assert (picture.painting.image.value - picture.in_full()).abs().max() < 1e-5
    outside = torch.ones(SIZE, dtype=torch.bool)
    outside[changed.slices] = False
    assert torch.allclose(picture.painting.image.value[..., outside], before[..., outside], atol=1e-5)


@torch.inference_mode()
def test_what_is_shown_of_a_mirrored_exemplar_is_in_its_own_coordinates() -> None:
    network, labels = tiny_rabit(), moved_person(STILL, *SIZE)
    mirrored = network.encode_exemplar(photo_like(3, *SIZE).flip(3), labels.flip(2))
    condition = ConditionFlow(network, labels)
    condition.flow.run()
    flow = condition.align(mirrored)
    flow.flow.run()
    assert flow.registration.mirrored.item()
    whole = network.align(network.encode_condition(labels), mirrored)
    part = flow.shown(Rectangle(16, 8, 80, 120))
    assert torch.equal(part.match, whole.match[:, 16:80, 8:120])
    assert torch.equal(part.warp, whole.warp[..., 16:80, 8:120])
    assert torch.allclose(part.confidence, whole.confidence[..., 16:80, 8:120])


@torch.inference_mode()
def test_an_exemplar_that_lends_classes_follows_edits_too() -> None:
    network = tiny_rabit(config=replace(TINY, matching_dims=16, kin=((), (), (), (), (), (3,)), widths=WIDTHS))
    labels = moved_person(STILL, *SIZE)
    bare = network.encode_exemplar(photo_like(1, *SIZE), torch.where(labels == 5, 0, labels))
    picture = Picture(network, labels, [bare], ALONE)
    edited = _painted(labels, 5)
    picture.put(edited)
    asked = picture.alignments[0]
    condition = network.encode_condition(edited, layout=picture.condition.region.layout)
    worn = torch.where(edited == 5, 3, edited)
    described = network.condition_extractor(worn, asked._asked.layout)
    match, features = network.match(
        replace(condition, labels=worn, described=described), asked.exemplar, asked.registration
    )
    aligned = network.inject(replace(condition, labels=worn), asked.exemplar, match, features)
    assert (picture.painting.image.value - network.synthesise(condition, [aligned], ALONE)).abs().max() < 1e-5


@torch.inference_mode()
def test_a_layout_fits_until_a_class_is_new_or_has_grown_much() -> None:
    network, labels = tiny_rabit(), moved_person(STILL, *SIZE)
    labels = torch.where(labels == 5, 0, labels)
    flow = ConditionFlow(network, labels)
    assert flow.fits(_painted(labels, 4)) and flow.fits(torch.where(labels == 1, 2, labels))
    assert not flow.fits(_painted(labels, 5))
    assert not flow.fits(torch.where(labels == 3, 1, labels))


@torch.inference_mode()
def test_an_exemplar_fits_until_it_has_to_lend() -> None:
    network = tiny_rabit(config=replace(TINY, kin=((), (), (), (), (), (3,))))
    labels = moved_person(STILL, *SIZE)
    bare = torch.where(labels == 5, 0, labels)
    flow = ConditionFlow(network, bare).align(network.encode_exemplar(photo_like(1, *SIZE), bare))
    assert flow.fits(_painted(bare, 4)) and not flow.fits(_painted(bare, 5))


def _pose(hand: float) -> PoseTensors:
    points = [(0.0, 0.0, 0.0) if p is None else ((p[0] + 1) * 64, (p[1] + 1) * 96, 0.9) for p in BODY]
    points[7] = (points[7][0] + hand, points[7][1], 0.9)
    points[9] = (points[9][0] + hand / 3, points[9][1], 0.9)
    return pose_tensors([np.array([points])], SIZE)


@torch.inference_mode()
def test_a_dragged_joint_turns_its_limb_and_is_as_a_full_pass() -> None:
    network = tiny_rabit(config=replace(POSED_CONFIG, matching_dims=16, widths=WIDTHS))
    still, moved = _pose(0), _pose(9)
    exemplar = network.encode_exemplar(photo_like(1, *SIZE), still.labels, still)
    condition = ConditionFlow(network, still.labels, still)
    condition.flow.run()
    alignment: AlignmentFlow = condition.align(exemplar)
    alignment.flow.run()
    painting = condition.paint([alignment], ALONE)
    painting.flow.run()
    for part in (condition, alignment, painting):
        part.flow.seen()
    held = condition.region.layout
    condition.put(moved.labels, moved)
    condition.flow.run()
    alignment.put(moved.labels)
    alignment.flow.run()
    painting.flow.run()
    again = network.encode_condition(moved.labels, moved, turned_by(held, moved.frames))
    aligned = in_own_coordinates(
        network.align_side(again, alignment.exemplar, alignment.registration), alignment.registration
    )
    image = network.synthesise(again, [aligned], ALONE)
    assert (painting.image.value - image).abs().max() < 1e-5
    assert (again.layout.axes != held.axes).any()


def test_a_picture_that_is_given_up_is_freed_at_once() -> None:
    network = tiny_rabit()
    labels = moved_person(STILL, *SIZE)
    exemplar = network.encode_exemplar(photo_like(0, *SIZE), labels)
    gc.disable()  # maps are large and objects few: what waits for the collector fills the memory
    try:
        picture = Picture(network, labels, [exemplar, exemplar], MIXES["two in another style"])
        maps = [weakref.ref(part.flow) for part in (picture.condition, *picture.alignments, picture.painting)]
        del picture
        assert all(map_() is None for map_ in maps)
    finally:
        gc.enable()
