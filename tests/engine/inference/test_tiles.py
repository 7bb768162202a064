"""The canvas's own size, in tiles: the same picture as in one piece, whatever the canvas and the look are."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.conditions.body import body_segments
from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.registration import Registration
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference import tiles
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Frame, Keypoints, Pixels
from engine.inference.tiles import SMALLEST_TILE, TILE, tiles_of, within_memory
from engine.models.rabit import Rabit
from engine.models.rabit_large import HALO, MARGIN, TRUSTED, LargePicture, invented, places, raised
from engine.rectangle import Rectangle
from engine.style import Style
from engine.weights.registry import save_weights
from tests.engine.figures import STILL, TINY, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights
from tests.engine.posed_domain import POSED_CONFIG, POSED_DOMAIN
from tests.engine.posed_people import BODY

GRID = (192, 128)
CPU = torch.device("cpu")
CANVASES = {"tiles' multiples": (384, 256), "odd": (401, 275), "wide": (260, 421)}
SIDE = 128


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root, config=replace(TINY, matching_dims=16, style_dims=10, widths=(16, 16, 16, 16)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
        yield


def _exemplar(seed: int, size: tuple[int, int] = (320, 216), mirrored: bool = False) -> Exemplar:
    photo = ((photo_like(seed, *size)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    slanted = torch.tensor([[[1.0, 0.05 * seed, 0.02], [-0.05 * seed, 0.95, 0.03]]])
    labels = moved_person(slanted, *size)[0].numpy()
    if mirrored:
        photo, labels = photo[:, ::-1], labels[:, ::-1]
    return Exemplar(Pixels(photo), Pixels(labels), f"exemplar {seed}")


ONE, MIRRORED = _exemplar(1), _exemplar(2, mirrored=True)


def _state(size: tuple[int, int], exemplars: tuple[Exemplar, ...] = (ONE,), style: Style | None = None) -> EditState:
    labels = Pixels(moved_person(STILL, *size)[0].numpy())
    weights = (1.0, 0.6)[: len(exemplars)]
    return EditState("tiny", "rabit", labels, exemplars, weights, style=style or Style(), full_size=True)


def _rendered(state: EditState, side: int | None, monkeypatch: pytest.MonkeyPatch, **options: object) -> Frame | None:
    """In tiles of `side`, or in one piece."""
    monkeypatch.setattr(tiles, "ROOM", 1e12 if side is None else 0.0)
    monkeypatch.setattr(tiles, "TILE", side or TILE)
    return Session("cpu").render(state, **options)


def _assert_same(one: Frame, other: Frame) -> None:
    for name in ("image", "warp"):
        away = np.abs(getattr(one, name).astype(int) - getattr(other, name))
        assert away.max() <= 1 and (away > 0).mean() < 1e-3
    assert np.abs(one.confidence - other.confidence).max() < 1e-5
    assert np.abs(one.correspondence - other.correspondence).max() < 1e-3
    assert np.array_equal(one.source, other.source)


@pytest.mark.parametrize("size", CANVASES.values(), ids=CANVASES)
def test_in_tiles_it_is_the_same_picture_as_in_one_piece(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = _state(size, (ONE, MIRRORED), Style.of({3: (0.0, 1.0)}))
    whole, tiled = (_rendered(state, side, monkeypatch) for side in (None, SIDE))
    _assert_same(whole, tiled)
    assert whole.image.shape == (*size, 3) and whole.painted_at == (size[1], size[0]) and whole.exact
    assert set(np.unique(whole.source)) == {0, 1}


def test_a_changed_style_is_the_same_in_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "style_space", lambda *arguments: _Brighter())
    state = _state((401, 275), (ONE, MIRRORED), Style.of({}, axes=[1.0]))
    plain, whole, tiled = (
        _rendered(state_, side, monkeypatch)
        for state_, side in ((replace(state, style=Style()), None), (state, None), (state, SIDE))
    )
    _assert_same(whole, tiled)
    assert not np.array_equal(plain.image, whole.image)


def test_a_pose_is_the_same_in_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    config = replace(POSED_CONFIG, matching_dims=16, widths=(16, 16, 16, 16))
    save_weights(
        tmp_path / POSED_DOMAIN.name / "rabit", model="rabit", domain=POSED_DOMAIN.name, config=asdict(config),
        state_dict=Rabit(config).state_dict(), data="made up", steps=0, seed=0, metrics={},
    )  # fmt: skip
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    monkeypatch.setitem(DOMAINS, POSED_DOMAIN.name, POSED_DOMAIN)
    size, there = (390, 270), (320, 216)
    other = ONE.photo
    exemplar = Exemplar(other, Pixels(body_segments(_pose(there, 0.1), there)), "posed", Keypoints(_pose(there, 0.1)))
    labels = Pixels(body_segments(_pose(size), size))
    state = EditState(
        POSED_DOMAIN.name, "rabit", labels, (exemplar,), (1.0,), keypoints=Keypoints(_pose(size)), full_size=True
    )
    whole, tiled = (_rendered(state, side, monkeypatch) for side in (None, SIDE))
    _assert_same(whole, tiled)
    assert whole.painted_at == (270, 390)


def _pose(size: tuple[int, int], moved: float = 0.0) -> np.ndarray:
    """The posed people's body in a picture of `size`, (1, 18, 3)."""
    height, width = size
    places = [None if p is None else ((p[0] + moved + 1) / 2 * width, (p[1] + 1) / 2 * height) for p in BODY]
    return np.array([[(0.0, 0.0, 0.0) if place is None else (*place, 0.9) for place in places]])


class _Brighter:
    def edit(self, style: Style) -> object:
        return lambda codes: codes + 0.2


@torch.inference_mode()
def test_a_part_is_to_the_fifth_digit_that_of_the_whole_and_the_halo_is_not_much_larger_than_it_must_be() -> None:
    session = Session("cpu")
    picture, whole = _large_picture(session), Rectangle(0, 0, 384, 256)
    image = picture.paint(whole)[0]
    part = Rectangle(160, 96, 224, 160)
    assert (picture.paint(part)[0] - image[..., 160:224, 96:160]).abs().max() < 1e-5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.models.rabit_large.HALO", 16)
        assert (picture.paint(part)[0] - image[..., 160:224, 96:160]).abs().max() > 1e-5
    assert HALO < SIDE


def _large_picture(session: Session) -> LargePicture:
    """A picture of 384 × 256 pixels that is ready to be painted, with another style."""
    state = _state((384, 256))
    translator = session._translator("tiny", "rabit")
    _, mix = session._mix(state)
    enlarged = session.render(replace(state, full_size=False)).image
    picture = LargePicture(translator, session._canvas(state, enlarged), replace(mix, edit=lambda codes: codes + 0.2))
    condition = translator.encode_condition(*session._conditioned("tiny", state, GRID))
    picture.match(condition, session._encoded_exemplar("tiny", "rabit", translator, ONE))
    photo, labels = session._source(state, ONE)
    for _ in picture.add_source(photo, labels, tiles_of(tuple(photo.shape[2:]), None)):
        pass
    return picture


@torch.inference_mode()
def test_features_of_an_exemplar_are_the_same_in_parts() -> None:
    session = Session("cpu")
    picture = _large_picture(session)
    photo, labels = session._source(_state((384, 256)), ONE)
    whole = picture._sources[0]
    picture.forget_sources()
    for _ in picture.add_source(photo, labels, tiles_of(tuple(photo.shape[2:]), 64)):
        pass
    for one, other in zip(whole.values, picture._sources[0].values, strict=True):
        assert (one - other).abs().max() < 1e-5


def test_raised_matches_keep_to_the_pixels_own_class() -> None:
    coarse = torch.tensor([[[1, 1, 2, 2]]]).expand(1, 4, 4)
    moves = torch.where(coarse == 1, 0.0, 1.0).unsqueeze(3).expand(1, 4, 4, 2).contiguous()
    labels = torch.ones(1, 16, 16, dtype=torch.long)
    labels[:, :, 9:] = 2  # the border lies a pixel to the right of the grid's
    fine = raised(moves, coarse, labels, Rectangle(0, 0, 16, 16), (16, 16))
    assert fine[labels == 1].max() < 0.2 and fine[labels == 2].min() > 0.8
    plain = raised(moves, coarse, torch.zeros_like(labels), Rectangle(0, 0, 16, 16), (16, 16))
    assert 0.3 < plain[0, 8, 7, 0] < 0.5


@torch.inference_mode()
def test_a_border_that_would_leave_its_class_takes_from_beside_it() -> None:
    """The exemplar's person ends where the grid says that the condition's does; the canvas has it a pixel wider."""
    session = Session("cpu")
    picture = _large_picture(session)
    grid = moved_person(STILL, *GRID)
    still = apply_affine(STILL, identity_grid(*GRID))
    matches = torch.cat([still, torch.zeros_like(still)], dim=3)
    registration = Registration(STILL, torch.tensor([False]), torch.zeros(1))
    found = replace(picture._found[0], asked=grid, matches=matches, registration=registration)
    there = moved_person(STILL, 384, 256)
    source = replace(picture._sources[0], labels=there.byte())
    wider = torch.nn.functional.max_pool2d((there > 0).float(), 3, 1, 1).bool() & (there == 0)
    asked = torch.where(wider, 3, there)
    whole = Rectangle(0, 0, 384, 256)
    points, agrees = picture._raised(found, source, asked, whole)
    rigid = places(whole, (384, 256)).unsqueeze(0)
    inside = there == asked
    assert (points - rigid).abs()[inside].mean() < 1e-4
    came_back = (points - rigid).abs().amax(3) > 1e-4
    assert came_back[wider].any() and agrees.squeeze(1)[wider & came_back].all()


@torch.inference_mode()
def test_what_the_exemplars_leave_to_be_invented_stays_as_on_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, whole = _large_picture(Session("cpu")), Rectangle(0, 0, 384, 256)
    enlarged = picture.canvas.enlarged.float() / 127.5 - 1
    painted = {}
    for opinion in (-40.0, 40.0):
        opinions = torch.full_like(picture._found[0].opinion, opinion)
        picture._found[0] = replace(picture._found[0], opinion=opinions)
        painted[opinion] = picture.paint(whole)
    assert (painted[-40.0][0] - enlarged).abs().max() < 1e-6
    image, (alignment,) = painted[40.0]
    trusted = invented(alignment.confidence) == 0
    assert trusted.any() and ((image - enlarged).abs() * trusted).max() > 0.05


def test_a_place_without_trust_fades_out_around_itself() -> None:
    trust = torch.full((1, 1, 64, 64), TRUSTED)
    trust[..., 30:34, 30:34] = 0
    share = invented(trust)
    assert share[..., 30:34, 30:34].min() == 1 and (share[0, 0, 32].diff()[:30] >= 0).all()
    apart = 2 * MARGIN
    assert share[..., : 30 - apart, :].max() == share[..., 34 + apart :].max() == 0 < share[0, 0, 31 - apart, 32]
    assert invented(torch.zeros(1, 1, 16, 16)).min() == 1


def test_places_go_on_as_those_of_the_whole_picture() -> None:
    whole = places(Rectangle(0, 0, 40, 24), (37, 23))
    assert torch.equal(whole[8:16, 16:24], places(Rectangle(8, 16, 16, 24), (37, 23)))
    assert whole[..., 0].max() > 1 > whole[36, 22, 0] > 0.9


def test_it_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    state, told = _state((401, 275)), []
    _rendered(state, SIDE, monkeypatch, progress=lambda done, count: told.append((done, count)))
    exemplar, canvas = 3 * 2, 4 * 3  # tiles of 128 in 320 × 216 and in 401 × 275
    assert told == [(done, exemplar + canvas) for done in range(1, exemplar + canvas + 1)]


@pytest.mark.parametrize("last", [1, 6, 11])
def test_it_can_be_stopped_after_each_tile(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    options = {"wanted": lambda: len(told) < last, "progress": lambda *way: told.append(way)}
    assert _rendered(_state((401, 275)), SIDE, monkeypatch, **options) is None
    assert len(told) == last


def test_a_canvas_that_is_not_larger_than_the_networks_own_is_painted_as_ever() -> None:
    session, state = Session("cpu"), _state(GRID)
    plain, full = session.render(replace(state, full_size=False)), session.render(state)
    assert np.array_equal(plain.image, full.image)
    assert full.state == state != plain.state and plain.painted_at == full.painted_at == (128, 192)


def test_full_size_is_sharper_than_enlarging_and_enlarging_says_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    state = _state((768, 512))
    plain = Session("cpu").render(replace(state, full_size=False))
    full = _rendered(state, None, monkeypatch)
    assert plain.painted_at == (128, 192) and full.painted_at == (512, 768)
    steps = [np.abs(np.diff(frame.image.astype(int), axis=1)).mean() for frame in (plain, full)]
    assert steps[1] > steps[0]


def test_a_photo_that_is_preserved_stays_and_the_edit_is_painted_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    size = (401, 275)
    photo = _exemplar(4, size)
    labels = photo.labels.array.copy()
    labels[180:260, 100:160] = 4
    state = replace(_state(size, (ONE,)), labels=Pixels(labels), content=photo)
    whole, tiled = (_rendered(state, side, monkeypatch) for side in (None, SIDE))
    _assert_same(whole, tiled)
    assert whole.painted_at == (275, 401)
    assert np.array_equal(whole.image[:50], photo.photo.array[:50])


def test_a_model_that_paints_at_its_own_size_alone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inference.session.large_picture", lambda *arguments: None)
    with pytest.raises(InputError, match="paints at its own size alone"):
        Session("cpu").render(_state((384, 256)))


# Memory


def test_when_memory_runs_out_the_picture_is_made_in_tiles_and_the_frame_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = _state((401, 275))
    expected = _rendered(state, SIDE, monkeypatch)
    paint, sides = tiles.paint_tiled, []

    def full(picture: LargePicture, *arguments: object) -> object:
        sides.append(arguments[4])
        if arguments[4] is None or arguments[4] > SIDE:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        return paint(picture, *arguments)

    monkeypatch.setattr("engine.inference.session.paint_tiled", full)
    monkeypatch.setattr(tiles, "TILE", 2 * SIDE)
    monkeypatch.setattr(tiles, "ROOM", 1e12)
    frame = Session("cpu").render(state)
    assert sides == [None, 2 * SIDE, SIDE]
    assert "Memory ran out" in frame.notice
    assert np.array_equal(frame.image, expected.image)


def test_memory_that_does_not_do_for_the_smallest_tile_ends_with_a_remedy() -> None:
    tried, forgotten = [], []

    def full(side: int | None) -> None:
        tried.append(side)
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99999999999 bytes.")

    with pytest.raises(InputError, match="too little memory"):
        within_memory(full, 1, CPU, lambda: forgotten.append(1))
    assert tried == [None, TILE, TILE // 2, SMALLEST_TILE] and len(forgotten) == len(tried)


def test_other_errors_are_not_taken_for_want_of_memory() -> None:
    def broken(side: int | None) -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="do not fit"):
        within_memory(broken, 1, CPU, lambda: None)


def test_a_picture_that_is_too_large_for_one_piece_is_not_even_tried_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert within_memory(lambda side: side, 2048 * 3072, CPU, lambda: None) == (TILE, "")
    assert within_memory(lambda side: side, 256 * 384, CPU, lambda: None) == (None, "")
