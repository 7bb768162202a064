"""The training of guided pix2pix on made-up persons, and what it leaves behind."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.chance import Chance
from engine.data.depth_set import depth_sets
from engine.data.photo_set import PhotoSet
from engine.data.posed_set import PosedSet
from engine.data.sketches import Sketches
from engine.errors import InputError
from engine.images import write_image
from engine.lab import to_lab
from engine.models.depth import DepthConfig, DepthUpsampler, depth_network
from engine.models.guided import GuidedTranslatorConfig, guided_translator, network_of
from engine.models.guided_pix2pix import CONDITIONINGS, GuidedPix2Pix
from engine.training.guided_course import GuidedCourse, start, start_quickly
from engine.training.guided_tasks import DepthTask, ExemplarTask, GuidedTask, PoseTask, TextureTask, dyed
from engine.training.loop import CHECKPOINT, Run, train
from tests.engine.depth_folder import make_depths
from tests.engine.figures import CLASSES
from tests.engine.folders import TINY_DOMAIN, make_people
from tests.engine.posed_domain import POSED_DOMAIN, make_posed_data

STEPS = 5
DOMAIN = replace(TINY_DOMAIN, size=(64, 96))
TINY = {"width": 4, "blocks": 1, "bottleneck": 8, "halvings": 5}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    return PhotoSet(make_people(tmp_path_factory.mktemp("people"), 3), DOMAIN, "train")


def _course(
    photos: PhotoSet, conditioning: str = "bft", seed: int = 0, form: str = "unet", rough_until: float = 0.0
) -> GuidedCourse:
    torch.manual_seed(seed)
    network = replace(network_of("exemplar", conditioning, CLASSES), form=form, **TINY)
    translator = guided_translator(GuidedTranslatorConfig("exemplar", CLASSES, DOMAIN.size, network))
    task = ExemplarTask(DOMAIN, photos, photos)
    device = torch.device("cpu")
    return GuidedCourse(task, translator, 2, device, rate=2e-3, judge_width=4, rough_until=rough_until)


def _run(out: Path) -> Run:
    return Run(out, STEPS, 5, 3, 1, torch.float32, torch.device("cpu"))


class _Killed(Exception):
    pass


def test_a_run_that_was_killed_goes_on_to_the_same_weights(photos: PhotoSet, tmp_path: Path) -> None:
    whole = train(_course(photos), _run(tmp_path / "whole"), 0, {}).network.state_dict()
    killed, step = _course(photos), GuidedCourse.step

    def step_or_die(chance: Chance, progress: float) -> dict[str, torch.Tensor]:
        if progress >= 4 / STEPS:
            raise _Killed
        return step(killed, chance, progress)

    killed.step = step_or_die
    with pytest.raises(_Killed):
        train(killed, _run(tmp_path / "parts"), 0, {})
    assert torch.load(tmp_path / "parts" / CHECKPOINT, weights_only=True)["step"] == 3
    resumed = train(_course(photos, seed=9), _run(tmp_path / "parts"), 0, {}).network.state_dict()
    assert max((whole[name] - tensor).abs().max().item() for name, tensor in resumed.items()) <= 1e-6

    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    lines = [[json.loads(line) for line in log] for log in logs]
    assert [{**line, "seconds": 0} for line in lines[0]] == [{**line, "seconds": 0} for line in lines[1]]
    assert {"absolute", "adversarial", "judge"} <= set().union(*lines[0])
    with Image.open(tmp_path / "whole" / "sheet-0000005.png") as sheet:
        assert sheet.size == (4 * 64, 96) and np.array(sheet).std() > 10


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_every_conditioning_learns(photos: PhotoSet, conditioning: str) -> None:
    course = _course(photos, conditioning)
    before = {name: p.detach().clone() for name, p in course.networks.named_parameters() if p.dim() > 1}
    figures = [course.step(Chance.of_step(0, 1, 0), 0.5) for _ in range(6)]
    after = dict(course.networks.named_parameters())
    assert not [name for name, weight in before.items() if torch.equal(weight, after[name])]
    assert all(value.isfinite() and not value.requires_grad for value in figures[0].values())
    assert figures[-1]["absolute"] < 0.95 * figures[0]["absolute"]
    assert figures[-1]["judge"] < figures[0]["judge"]


def test_a_quick_start_does_not_let_features_vanish_and_a_plain_one_is_pix2pixs() -> None:
    torch.manual_seed(0)
    config = replace(network_of("exemplar", "bft", CLASSES), form="resnet", blocks=2, bottleneck=8, width=8, even=False)
    x, guide = torch.randn(1, CLASSES, 64, 64), torch.randn(1, 3 + CLASSES, 64, 64)
    spreads = {}
    for begin in (start, start_quickly):
        network = GuidedPix2Pix(config)
        begin(network)
        assert all(not m.bias.any() for m in network.modules() if isinstance(m, torch.nn.ConvTranspose2d))
        assert all((exchange.input.scale[-1].bias == 1).all() for exchange in network.encoder.exchanges)
        up = network.decoder.up(network.decoder.blocks(network.encoder(x, guide)[0][-1]))
        spreads[begin] = up.square().mean().sqrt().item()
        assert network.decoder.paint.weight.std().item() == pytest.approx(0.02, rel=0.1)
    assert spreads[start] < 0.1 and spreads[start_quickly] > 1


def test_short_trainings_learn_from_halved_pictures_first_and_the_judge_comes_later(photos: PhotoSet) -> None:
    course, seen = _course(photos, form="resnet", rough_until=0.5), []
    course.shipped.network.register_forward_hook(lambda network, inputs, output: seen.append(output.shape[2:]))
    judge = [parameter.detach().clone() for parameter in course.networks["judge"].parameters()]
    assert "judge" not in course.step(Chance.of_step(0, 1, 0), 0.0)
    assert all(torch.equal(a, b) for a, b in zip(judge, course.networks["judge"].parameters(), strict=True))
    assert "judge" in course.step(Chance.of_step(0, 1, 0), 0.5)
    assert [tuple(size) for size in seen] == [(48, 32), (96, 64)]


@pytest.mark.parametrize("task", ["exemplar", "texture"])
def test_what_cannot_be_halved_is_learned_from_as_it_is(task: str, photos: PhotoSet, tmp_path: Path) -> None:
    """Sides that the network does not halve so often, and lines that would fade."""
    seen = []
    if task == "exemplar":
        course = _course(photos, rough_until=1.0)
    else:
        texture = TextureTask(photos, photos, Sketches(tmp_path, DOMAIN.size))
        course = _task_course(texture, "texture", form="resnet", rough_until=1.0)
    course.shipped.network.register_forward_hook(lambda network, inputs, output: seen.append(output.shape[2:]))
    assert "judge" not in course.step(Chance.of_step(0, 1, 0), 0.0)
    assert [tuple(size) for size in seen] == [(96, 64)]


def test_another_persons_photo_is_no_truth(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.pairs.RETRIEVED", 1.0)
    course = _course(photos)
    judge = [parameter.detach().clone() for parameter in course.networks["judge"].parameters()]
    assert set(course.step(Chance.of_step(0, 0, 0), 0.0)) == {"adversarial"}
    assert all(torch.equal(a, b) for a, b in zip(judge, course.networks["judge"].parameters(), strict=True))


def _task_course(task: GuidedTask, name: str, form: str | None = None, rough_until: float = 0.0) -> GuidedCourse:
    """`form` is that of the task's own network where none is named."""
    classes = CLASSES if name != "pose" else len(POSED_DOMAIN.classes)
    network = network_of(name, "bft", classes)
    network = replace(network, form=form or network.form, **TINY)
    translator = guided_translator(GuidedTranslatorConfig(name, classes, DOMAIN.size, network))
    device = torch.device("cpu")
    return GuidedCourse(task, translator, 2, device, rate=2e-3, judge_width=4, rough_until=rough_until)


def _learns(course: GuidedCourse, columns: int, size: tuple[int, int] = DOMAIN.size) -> None:
    """Steps on the same photos lower the error; the sheet has pictures of `size` in its columns."""
    figures = [course.step(Chance.of_step(0, 1, 0), 0.5) for _ in range(6)]
    assert figures[-1]["absolute"] < 0.95 * figures[0]["absolute"]
    sheet = course.sample_sheet(course.shipped)
    assert sheet.shape[1] == columns * size[0] and sheet.shape[0] % size[1] == 0 and sheet.std() > 10


def test_texture_transfer_learns_from_patches_of_the_photo(photos: PhotoSet, tmp_path: Path) -> None:
    torch.manual_seed(0)
    task = TextureTask(photos, photos, Sketches(tmp_path, DOMAIN.size))
    batch = task.draw(2, Chance.of_step(0, 0, 0))
    assert (batch.input.shape, batch.guide.shape) == ((2, 1, 96, 64), (2, 4, 96, 64))
    assert set(batch.input.unique().tolist()) == set(batch.guide[:, 3].unique().tolist()) == {-1, 1}
    assert torch.allclose(batch.target[:, :, 0, 0], torch.tensor([1.0, 0, 0]), atol=1e-3)  # the background: white
    _learns(_task_course(task, "texture"), columns=4)


def test_dyes_leave_background_and_skin_as_they_are() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(4).view(1, 4, 1).expand(2, 4, 8)
    lab = to_lab(torch.rand(2, 3, 1, 1, generator=generator).expand(2, 3, 4, 8) - 0.5)
    changed = (dyed(lab, labels, (0, 3, 9), generator) - lab).abs().amax(1)
    assert (changed[:, [0, 3]] < 1e-3).all() and (changed[:, 1:3] > 0.01).all()
    assert (changed == changed[:, :, :1]).all()  # a class is dyed as a whole


def test_given_sketches_are_read_and_missing_ones_named(photos: PhotoSet, tmp_path: Path) -> None:
    labels = photos.batch(photos.names)[1]
    for shade, name in enumerate(photos.names[:2]):
        write_image(tmp_path / "sketches" / f"{name}.png", np.full((20, 10), 255 * shade, np.uint8))
    sketches = Sketches(tmp_path, DOMAIN.size)
    given = sketches.of(photos.names[:2], labels[:2])
    assert given.shape == (2, 1, 96, 64)
    assert given.flatten(1).mean(1).tolist() == pytest.approx([-1, 1])
    with pytest.raises(InputError, match=rf"There is no sketch .*{photos.names[2]}\.png; add it"):
        sketches.of(photos.names, labels)


def test_pose_transfer_learns_from_moved_limbs(tmp_path: Path) -> None:
    torch.manual_seed(0)
    photos = PosedSet(make_posed_data(tmp_path), replace(POSED_DOMAIN, size=DOMAIN.size), "train")
    batch = PoseTask(photos, photos).draw(3, Chance.of_step(0, 0, 0))
    assert (batch.input.shape, batch.guide.shape) == ((3, 3, 96, 64), (3, 18, 96, 64))
    _learns(_task_course(PoseTask(photos, photos), "pose"), columns=4)


@pytest.mark.parametrize("factor", [4, 16])
def test_depth_upsampling_learns_without_a_judge_and_is_measured(factor: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    training, held_out = depth_sets(make_depths(tmp_path))
    network = replace(depth_network("bft"), **TINY)
    upsampler = DepthUpsampler(DepthConfig(factor, training.largest(), network))
    course = GuidedCourse(DepthTask(upsampler, training, held_out, 64), upsampler, 2, torch.device("cpu"), 2e-3)
    assert list(course.optimisers) == ["guided"]
    _learns(course, columns=4, size=(64, 64))
    photo, depth = held_out.whole("d3")
    figures = course.figures(upsampler)
    coarse = torch.nn.functional.avg_pool2d(depth, factor)
    bicubic = torch.nn.functional.interpolate(coarse, scale_factor=factor, mode="bicubic")
    expected = [(answer - depth).square().mean().sqrt().item() for answer in (upsampler(coarse, photo), bicubic)]
    assert list(figures.values()) == pytest.approx(expected, rel=1e-4)
    assert 50 < figures["RMSE of bicubic interpolation"] < 600
