"""Classes that an exemplar lends for those that it lacks."""

import torch

from engine.correspondence.kin import borrow, lenders
from engine.domains import FASHION

PANTS, SHORTS, SKIRT, BAG = (FASHION.class_named(name).id for name in ("pants", "shorts", "skirt", "bag"))


def _share(*present: int) -> torch.Tensor:
    share = torch.zeros(1, len(FASHION.classes))
    share[0, list(present)] = 0.1
    return share


def test_a_class_that_is_there_stands_for_itself() -> None:
    assert lenders(_share(SHORTS, PANTS), FASHION.kin_by_id)[0, SHORTS] == SHORTS


def test_the_nearest_relative_lends() -> None:
    assert lenders(_share(PANTS, SKIRT), FASHION.kin_by_id)[0, SHORTS] == PANTS
    assert lenders(_share(SKIRT), FASHION.kin_by_id)[0, SHORTS] == SKIRT


def test_without_relatives_a_class_stays() -> None:
    lender = lenders(_share(PANTS), FASHION.kin_by_id)[0]
    assert lender[BAG] == BAG
    assert torch.equal(lenders(_share(), FASHION.kin_by_id)[0], torch.arange(len(FASHION.classes)))


def test_a_few_stray_pixels_do_not_count() -> None:
    share = _share(PANTS)
    share[0, SHORTS] = 1e-4
    assert lenders(share, FASHION.kin_by_id)[0, SHORTS] == PANTS


def test_labels_are_asked_for_as_their_lenders() -> None:
    labels = torch.tensor([[[0, SHORTS], [BAG, SHORTS]]])
    asked = borrow(labels, lenders(_share(PANTS), FASHION.kin_by_id))
    assert asked.tolist() == [[[0, PANTS], [BAG, PANTS]]]
