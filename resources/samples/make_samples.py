"""Draws the samples again: run `python resources/samples/make_samples.py` from the checkout's root."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from app.content import Board, Canvas, Method, Snapshot  # noqa: E402
from app.project import write_project  # noqa: E402
from engine.conditions.body import body_segments  # noqa: E402
from engine.conditions.label_map import write_label_map  # noqa: E402
from engine.conditions.pose import write_pose  # noqa: E402
from engine.data.renderer import Person, render  # noqa: E402
from engine.data.renderer.backdrop import Backdrop  # noqa: E402
from engine.data.renderer.fabrics import Fabric  # noqa: E402
from engine.data.renderer.figure import MAN, WOMAN, Build, Pose  # noqa: E402
from engine.data.renderer.head import HAIR_COLORS, Look  # noqa: E402
from engine.data.renderer.keypoints import keypoints  # noqa: E402
from engine.data.renderer.wardrobe import Bag, Garment, Outfit, Shoes, Trousers  # noqa: E402
from engine.domains import FASHION, FASHION_POSE  # noqa: E402
from engine.inference.state import Exemplar, Keypoints, Pixels  # noqa: E402

EXEMPLAR_SIZE = (512, 768)
WEBP_QUALITY = 93

LEFT = Pose(upper_arms=(13, 10), forearms=(0, 4))
RIGHT = Pose(
    (10, 14), (3, -2), (-0.050, 0.030), (0.008, 0.0), (24, 8), sway=0.014, tilt=-2.0, head_tilt=-3, head_turn=-0.2
)
EASY = Pose(
    (12, 16), (2, 2), (-0.052, 0.052), (0.0, 0.004), (16, 20), sway=0.006, tilt=-1.2, head_tilt=1, head_turn=0.1
)
HAND_ON_HIP = Pose(
    (32, 9), (-34, 2), (-0.034, 0.046), (0.0, 0.010), (6, 26), sway=-0.018, tilt=3.0, head_tilt=4, head_turn=0.25
)
STROLL = Pose(
    (17, 30), (6, -30), (-0.030, 0.018), (0.012, 0.0), (20, 4), sway=0.020, tilt=-3.0, head_tilt=-4, head_turn=-0.3
)

BLACK_LEATHER = Fabric("leather", (34, 29, 30))
TAN_LEATHER = Fabric("leather", (126, 74, 40))
WHITE_LEATHER = Fabric("leather", (232, 228, 220))
JEANS = Fabric("denim", (44, 64, 102), (122, 150, 188))
CAMEL = Fabric("tweed", (186, 146, 100), (132, 94, 60))
PINSTRIPE = Fabric("pinstripe", (40, 45, 60), (128, 132, 148))
SHADOWED_STREET = Backdrop("boulevard", (190, 176, 156), (160, 158, 154), 0.58)

PEOPLE: dict[str, Person] = {
    "floral-dress": Person(
        Outfit(Shoes(Fabric("leather", (122, 34, 40)), "pumps"), scarf=Fabric("silk", (204, 116, 56)),
               dress=Garment(Fabric("floral", (34, 48, 86), (240, 196, 192)), 0.68, 0.3, 0.045, neck="v"),
               bag=Bag(TAN_LEATHER)),
        Look((232, 188, 160), HAIR_COLORS["chestnut"], "wavy"), WOMAN, LEFT, SHADOWED_STREET, seed=3,
    ),
    "camel-coat": Person(
        Outfit(Shoes(WHITE_LEATHER, "sneakers"),
               Garment(Fabric("stripes", (238, 234, 226), (36, 48, 84)), 0.50), pants=Trousers(JEANS, ease=0.002),
               outerwear=Garment(CAMEL, 0.68, flare=0.018, ease=0.013, open=True), bag=Bag(BLACK_LEATHER, "shoulder"),
               glasses="dark"),
        Look((236, 194, 168), HAIR_COLORS["blond"], "long"), WOMAN, RIGHT, Backdrop("wall"), seed=4,
    ),
    "pinstripe-suit": Person(
        Outfit(Shoes(Fabric("leather", (64, 38, 26))), Garment(Fabric("plain", (226, 230, 238)), 0.45, neck="shirt"),
               pants=Trousers(PINSTRIPE, ease=0.007), outerwear=Garment(PINSTRIPE, 0.55, ease=0.011, flare=0.006),
               tie=Fabric("stripes", (104, 26, 38), (206, 188, 164)), watch=(90, 60, 40)),
        Look((196, 144, 108), HAIR_COLORS["black"], "short", (160, 96, 86), beard=0.5), MAN,
        replace(EASY, upper_arms=(8, 10), forearms=(1, 0)),
        Backdrop("brick", (146, 88, 70)), seed=5,
    ),
    "plaid-skirt": Person(
        Outfit(Shoes(BLACK_LEATHER, "boots", 0.13), Garment(Fabric("knit", (222, 208, 184)), 0.41, neck="high",
                                                            ease=0.009),
               skirt=Garment(Fabric("plaid", (120, 34, 40), (34, 52, 50)), 0.66, flare=0.040, pleats=0.026),
               hosiery=Fabric("mesh", (40, 36, 40)), bag=Bag(Fabric("leather", (96, 30, 36)), "shoulder", 0)),
        Look((240, 200, 176), HAIR_COLORS["copper"], "bob"), WOMAN, STROLL,
        Backdrop("park", (98, 112, 58), (176, 164, 142), 0.66), seed=6,
    ),
    "straw-hat": Person(
        Outfit(Shoes(WHITE_LEATHER, "sneakers"), Garment(Fabric("dots", (190, 62, 54), (244, 238, 226)), 0.42, 0.32),
               shorts=Trousers(Fabric("plain", (232, 222, 202)), 0.30, 0.012, 0.018), belt=TAN_LEATHER,
               hat=("straw", Fabric("tweed", (224, 198, 142), (150, 50, 44))),
               bag=Bag(Fabric("tweed", (206, 172, 116), (160, 120, 70)))),
        Look((134, 88, 62), HAIR_COLORS["black"], "wavy", (150, 62, 66)), replace(WOMAN, hips=0.098, limbs=1.06), LEFT,
        Backdrop("wall", (146, 172, 176), (176, 168, 156)), seed=7,
    ),
    "yellow-raincoat": Person(
        Outfit(Shoes(Fabric("leather", (38, 62, 58)), "boots", 0.16), Garment(Fabric("rib", (80, 92, 100)), 0.5,
                                                                              neck="high"),
               pants=Trousers(Fabric("denim", (34, 38, 48), (80, 86, 98)), ease=0.001),
               outerwear=Garment(Fabric("silk", (224, 168, 36)), 0.64, ease=0.018, flare=0.034),
               hat=("beanie", Fabric("rib", (44, 70, 84)))),
        Look((214, 168, 130), HAIR_COLORS["black"], "bob"), WOMAN, EASY,
        replace(SHADOWED_STREET, wall=(150, 156, 164)), seed=8,
    ),
    "leather-jacket": Person(
        Outfit(Shoes(BLACK_LEATHER, "boots", 0.06),
               dress=Garment(Fabric("silk", (60, 104, 92)), 0.74, 0.0, 0.04, neck="v"),
               outerwear=Garment(BLACK_LEATHER, 0.45, ease=0.009, open=True), necklace=(216, 184, 110)),
        Look((106, 68, 48), HAIR_COLORS["black"], "curly", (120, 46, 52)), WOMAN, HAND_ON_HIP,
        Backdrop("brick", (164, 140, 120), (140, 138, 136)), seed=9,
    ),
    "green-jumper": Person(
        Outfit(Shoes(Fabric("leather", (92, 58, 36)), "boots", 0.05),
               Garment(Fabric("knit", (66, 92, 70)), 0.50, ease=0.012), pants=Trousers(Fabric("plain",
                                                                                              (176, 152, 116)),
                                                                                              ease=0.008),
               scarf=Fabric("plaid", (168, 60, 48), (232, 214, 180), 0.6), glasses="clear"),
        Look((236, 196, 170), HAIR_COLORS["brown"], "short", (188, 118, 108), beard=0.2), MAN, HAND_ON_HIP,
        Backdrop("park", (76, 100, 56), (168, 158, 140), 0.66), seed=10,
    ),
    "lace-dress": Person(
        Outfit(Shoes(Fabric("leather", (196, 160, 130)), "pumps"), belt=BLACK_LEATHER, necklace=(226, 226, 232),
               dress=Garment(Fabric("lace", (196, 150, 148), (244, 234, 226)), 0.78, 1.0, 0.05)),
        Look((228, 182, 148), HAIR_COLORS["black"], "bun", (170, 50, 60)), WOMAN, STROLL,
        Backdrop("studio", (186, 190, 196)), seed=11,
    ),
    "tweed-blazer": Person(
        Outfit(Shoes(TAN_LEATHER, "pumps"), Garment(Fabric("silk", (236, 226, 212)), 0.42, neck="v"),
               pants=Trousers(Fabric("plain", (96, 36, 52)), 0.93, 0.010, 0.020), belt=TAN_LEATHER,
               outerwear=Garment(Fabric("tweed", (96, 104, 118), (196, 198, 204)), 0.52, ease=0.010, open=True)),
        Look((180, 128, 92), HAIR_COLORS["brown"], "bun", (150, 64, 66)), Build(0.106, 0.088, 0.076, 0.102, 1.12), EASY,
        Backdrop("studio", (204, 196, 184)), seed=12,
    ),
}  # fmt: skip

CONDITIONS = {
    "coat-and-skirt": replace(PEOPLE["plaid-skirt"], pose=EASY, outfit=replace(
        PEOPLE["plaid-skirt"].outfit, outerwear=Garment(CAMEL, 0.58, ease=0.012, flare=0.01, open=True))),
    "summer-dress": replace(PEOPLE["straw-hat"], pose=RIGHT, outfit=replace(
        PEOPLE["floral-dress"].outfit, scarf=None, hat=PEOPLE["straw-hat"].outfit.hat)),
    "jumper-and-jeans": replace(PEOPLE["green-jumper"], pose=LEFT, outfit=replace(
        PEOPLE["green-jumper"].outfit, pants=Trousers(JEANS, ease=0.006), scarf=None, bag=Bag(TAN_LEATHER))),
}  # fmt: skip

PROJECTS = {
    "autumn-walk": (
        "camel-coat",
        {"tweed-blazer": 1.0, "camel-coat": 0.0, "yellow-raincoat": 0.0, "leather-jacket": 0.0},
    ),
    "summer-street": ("floral-dress", {"straw-hat": 0.6, "lace-dress": 0.4, "floral-dress": 0.0, "plaid-skirt": 0.0}),
}


# What is shown, joints and by how many pixels they are moved, other exemplars.
POSED_PROJECTS = {
    "raised-arm": ("camel-coat", {3: (-22, -42), 4: (-40, -108)}, ("leather-jacket", "tweed-blazer", "plaid-skirt")),
}


def write_exemplar(name: str, person: Person) -> None:
    """One photo and its label map."""
    photo, labels = render(person, EXEMPLAR_SIZE)
    folder = HERE / "exemplars"
    folder.mkdir(exist_ok=True)
    Image.fromarray(photo).save(folder / f"{name}.webp", quality=WEBP_QUALITY, method=6)
    write_label_map(folder / f"{name}-labels.png", labels, FASHION)


def write_condition(name: str, person: Person) -> None:
    """One label map to start from."""
    folder = HERE / "conditions"
    folder.mkdir(exist_ok=True)
    write_label_map(folder / f"{name}.png", render(person, FASHION.size)[1], FASHION)
    write_pose(folder / f"{name}-pose.json", keypoints(person, FASHION.size).round(2))


def write_sample_project(name: str, shown: str, weights: dict[str, float]) -> None:
    """A project with the photo of one person to repaint, and exemplars to repaint it from."""
    pictures = {key: _pixels(render(PEOPLE[key], FASHION.size)) for key in {shown: 0.0, **weights}}
    photo, labels = pictures[shown]
    exemplars = tuple(Exemplar(*pictures[key], key.replace("-", " ").capitalize()) for key in weights)
    board = Board(exemplars, tuple(weights.values()), int(np.argmax(list(weights.values()))))
    canvas = Canvas(labels, labels, photo)
    write_project(HERE / f"{name}.warpaint", Snapshot(FASHION, canvas, board, Method(FASHION.default_model)))


def write_posed_project(name: str, shown: str, moved: dict[int, tuple[float, float]], others: tuple[str, ...]) -> None:
    """A project with the photo of one person, whose pose has joints `moved` by pixels, and exemplars for it."""
    exemplars = tuple(_posed_exemplar(key) for key in (shown, *others))
    pose = exemplars[0].keypoints.array.copy()
    for joint, step in moved.items():
        pose[0, joint, :2] += step
    labels = Pixels(body_segments(pose, FASHION_POSE.size[::-1]))
    canvas = Canvas(labels, labels, exemplars[0].photo, Keypoints(pose))
    board = Board(exemplars, (1.0, *(0.0 for _ in others)))
    write_project(HERE / f"{name}.warpaint", Snapshot(FASHION_POSE, canvas, board, Method(FASHION_POSE.default_model)))


def _posed_exemplar(key: str) -> Exemplar:
    photo, pose = render(PEOPLE[key], FASHION_POSE.size)[0], keypoints(PEOPLE[key], FASHION_POSE.size)
    labels = Pixels(body_segments(pose, photo.shape[:2]))
    return Exemplar(Pixels(photo), labels, key.replace("-", " ").capitalize(), Keypoints(pose))


def _pixels(picture: tuple[np.ndarray, np.ndarray]) -> tuple[Pixels, Pixels]:
    return Pixels(picture[0]), Pixels(picture[1])


if __name__ == "__main__":
    for name, person in PEOPLE.items():
        write_exemplar(name, person)
    for name, person in CONDITIONS.items():
        write_condition(name, person)
    for name, (shown, weights) in PROJECTS.items():
        write_sample_project(name, shown, weights)
    for name, (shown, moved, others) in POSED_PROJECTS.items():
        write_posed_project(name, shown, moved, others)
