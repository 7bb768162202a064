"""Guessing how a class looks that is not shown."""

from pathlib import Path

import torch

from engine.data.photo_set import PhotoSet
from engine.models.exemplar_encoders import LOOK
from engine.training import fit_guess as module
from engine.training.fit_guess import fit_guess
from tests.engine.figures import tiny_rabit
from tests.engine.folders import TINY_DOMAIN, make_people

TOP = 3


def test_the_look_of_a_hidden_class_is_guessed_and_a_rare_class_looks_like_the_whole(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "RIDGE", 1e-3)
    photos, network = PhotoSet(make_people(tmp_path, 10), TINY_DOMAIN, "train"), tiny_rabit()
    with torch.no_grad():
        network.style.guess.weight.normal_()
    fit_guess(network, photos)
    dims = network.config.style_dims + LOOK
    rows = slice(TOP * dims, (TOP + 1) * dims)
    assert network.style.guess.weight[rows].abs().sum() > 0
    hidden = torch.zeros(1, len(TINY_DOMAIN.classes), dtype=torch.bool)
    hidden[:, TOP] = True
    for name in photos.names[:3]:
        photo, labels = photos.batch([name])
        with torch.no_grad():
            shown = network.encode_side(photo, labels).style[0, TOP, -LOOK:]
            guessed = network.encode_side(photo, labels, hidden).style[0, TOP, -LOOK:]
        assert (shown - guessed).abs().max() < 0.1
