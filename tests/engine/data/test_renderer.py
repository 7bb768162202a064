from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.data.renderer import Person, random_person, render, render_person
from engine.data.renderer.backdrop import Backdrop
from engine.data.renderer.fabrics import PATTERNS, Fabric
from engine.data.renderer.wardrobe import Bag, Garment, Outfit, Shoes, Trousers
from engine.domains import FASHION

SIZE = (64, 96)
LEATHER = Fabric("leather", (70, 40, 30))
OUTFIT = Outfit(
    Shoes(LEATHER, "boots"),
    Garment(Fabric("knit", (200, 60, 60)), 0.42),
    skirt=Garment(Fabric("plaid", (40, 60, 90)), 0.66, flare=0.04),
    hosiery=Fabric("mesh", (40, 40, 44)),
    scarf=Fabric("silk", (220, 180, 60)),
    bag=Bag(LEATHER),
    hat=("fedora", Fabric("plain", (90, 90, 90))),
    glasses="dark",
)


def share(labels: np.ndarray, name: str) -> float:
    return float((labels == FASHION.class_named(name).id).mean())


@pytest.mark.parametrize("seed", range(8))
def test_people_are_whole_and_their_classes_known(seed: int) -> None:
    photo, labels = render_person(seed, SIZE)
    assert photo.shape == (96, 64, 3) and photo.dtype == np.uint8
    assert labels.shape == (96, 64) and labels.dtype == np.uint8
    assert labels.max() < len(FASHION.classes)
    assert 0.10 < (labels > 0).mean() < 0.50
    assert share(labels, "face") > 0.004 and share(labels, "hair") > 0.002 and share(labels, "shoes") > 0.002
    assert not labels[:2].any() and not labels[-1].any()


def test_the_same_seed_gives_the_same_picture() -> None:
    first, second = render_person(3, SIZE), render_person(3, SIZE)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert random_person(3) == random_person(3)


def test_another_seed_gives_another_picture() -> None:
    assert not np.array_equal(render_person(1, SIZE)[0], render_person(2, SIZE)[0])


@pytest.mark.parametrize("size", [(48, 48), (33, 101), (120, 60), (128, 192)])
def test_any_size_holds_the_whole_person(size: tuple[int, int]) -> None:
    photo, labels = render(Person(OUTFIT), size)
    assert photo.shape == (size[1], size[0], 3) and labels.shape == (size[1], size[0])
    assert labels.any() and not labels[0].any() and not labels[-1].any()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("top", 0.03, 0.15), ("skirt", 0.03, 0.15), ("hosiery", 0.005, 0.08), ("shoes", 0.004, 0.05),
        ("scarf", 0.005, 0.05), ("bag", 0.004, 0.06), ("hat", 0.003, 0.05), ("glasses", 0.0002, 0.01),
        ("face", 0.003, 0.04), ("arms", 0.001, 0.04), ("dress", 0.0, 0.0), ("pants", 0.0, 0.0), ("legs", 0.0, 0.0),
    ],
)  # fmt: skip
def test_an_outfit_shows_what_it_names(name: str, low: float, high: float) -> None:
    _, labels = render(Person(OUTFIT), (128, 192))
    assert low <= share(labels, name) <= high


@pytest.mark.parametrize("garment", ["outerwear", "dress", "pants", "shorts", "belt", "accessories", "legs"])
def test_every_other_class_can_be_worn(garment: str) -> None:
    cloth = Fabric("plain", (120, 80, 60))
    outfits = {
        "outerwear": replace(OUTFIT, outerwear=Garment(cloth, 0.6, open=True)),
        "dress": Outfit(OUTFIT.shoes, dress=Garment(cloth, 0.7)),
        "pants": Outfit(OUTFIT.shoes, OUTFIT.top, pants=Trousers(cloth)),
        "shorts": Outfit(OUTFIT.shoes, OUTFIT.top, shorts=Trousers(cloth, 0.35)),
        "belt": replace(OUTFIT, belt=cloth),
        "accessories": replace(OUTFIT, scarf=None, necklace=(220, 190, 90)),
        "legs": replace(OUTFIT, hosiery=None),
    }
    _, labels = render(Person(outfits[garment]), (128, 192))
    assert share(labels, garment) > 0.0003


def test_a_new_colour_changes_its_garment_alone() -> None:
    """The edges of the picture are those of the label map, but for one antialiased rim."""
    skirt = OUTFIT.skirt
    assert skirt is not None
    yellow = replace(skirt, fabric=replace(skirt.fabric, color=(200, 200, 60), accent=(190, 190, 50)))
    before, labels = render(Person(OUTFIT), (128, 192))
    after, same_labels = render(Person(replace(OUTFIT, skirt=yellow)), (128, 192))
    changed = (before != after).any(axis=2)
    own = (labels == FASHION.class_named("skirt").id).astype(np.uint8)
    rim = cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0
    assert np.array_equal(labels, same_labels)
    assert changed[~rim].sum() < 0.005 * own.sum()  # slivers narrower than a pixel
    assert changed[own > 0].all()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_fabric_keeps_near_its_colours(pattern: str) -> None:
    top = Garment(Fabric(pattern, (150, 60, 60), (170, 80, 80)), 0.5)
    photo, labels = render(Person(Outfit(Shoes(LEATHER), top, pants=Trousers(LEATHER))), SIZE)
    red, green, blue = photo[labels == FASHION.class_named("top").id].mean(axis=0)
    assert red > 1.3 * green and red > 1.3 * blue


@pytest.mark.parametrize("kind", ["wall", "brick", "boulevard", "park", "studio"])
def test_every_backdrop_fills_the_picture(kind: str) -> None:
    photo, labels = render(Person(OUTFIT, backdrop=Backdrop(kind)), SIZE)
    assert 40 < photo[labels == 0].mean() < 250
