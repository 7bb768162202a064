"""People drawn by chance: who they are, what they wear, how and where they stand."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from engine.data.renderer.backdrop import Backdrop
from engine.data.renderer.fabrics import Color, Fabric
from engine.data.renderer.figure import MAN, WOMAN, Pose
from engine.data.renderer.head import HAIR_COLORS, Look
from engine.data.renderer.person import Person, render
from engine.data.renderer.wardrobe import Bag, Garment, Outfit, Shoes, Trousers

Choice = TypeVar("Choice")

SKINS: tuple[Color, ...] = (
    (236, 194, 168), (222, 172, 142), (206, 156, 118), (180, 128, 92), (140, 92, 64), (98, 62, 44),
)  # fmt: skip
COLORS: tuple[Color, ...] = (
    (40, 48, 80), (148, 40, 50), (206, 164, 92), (86, 102, 72), (228, 222, 210), (60, 58, 62), (178, 108, 120),
    (74, 118, 140), (196, 110, 60), (120, 92, 140),
)  # fmt: skip
LIGHT: tuple[Color, ...] = ((240, 236, 228), (230, 214, 190), (214, 222, 230), (242, 220, 214))
LEATHERS: tuple[Color, ...] = ((34, 28, 28), (96, 58, 34), (140, 86, 48), (116, 32, 38))
STREETS = (
    Backdrop("wall", (198, 188, 172), (150, 148, 146)),
    Backdrop("wall", (150, 164, 168), (140, 138, 136)),
    Backdrop("brick", (146, 88, 70), (152, 148, 144)),
    Backdrop("boulevard", (190, 176, 156), (160, 158, 154), 0.58),
    Backdrop("park", (86, 106, 60), (176, 164, 142), 0.66),
    Backdrop("studio", (192, 190, 188), (190, 188, 186)),
)


def render_person(seed: int, size: tuple[int, int] = (256, 384)) -> tuple[np.ndarray, np.ndarray]:
    """A person drawn from `seed`, for `size` (width, height): photo RGB uint8 (H, W, 3), class ids uint8 (H, W)."""
    return render(random_person(seed), size)


def random_person(seed: int) -> Person:
    """A person drawn from `seed`."""
    return _Caster(np.random.default_rng(seed)).person(seed)


class _Caster:
    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def person(self, seed: int) -> Person:
        man = self._random.random() < 0.4
        outfit = self._pick((self._suit, self._casual, self._summer) if man else
                            (self._in_dress, self._in_skirt, self._casual, self._summer))(man)  # fmt: skip
        return Person(outfit, self._look(man), MAN if man else WOMAN, self._pose(), self._pick(STREETS), seed=seed)

    def _pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[int(self._random.integers(len(choices)))]

    def _maybe(self, chance: float) -> bool:
        return bool(self._random.random() < chance)

    def _look(self, man: bool) -> Look:
        skin = self._pick(SKINS)
        shades = tuple(HAIR_COLORS.values())
        hair = self._pick(shades if skin[0] > 190 else shades[:2])
        if man:
            lips = (int(skin[0] * 0.82), int(skin[1] * 0.66), int(skin[2] * 0.66))
            return Look(skin, hair, "short", lips, beard=float(self._random.choice([0.0, 0.3, 0.7])))
        lips = (int(skin[0] * 0.84), int(skin[1] * 0.50), int(skin[2] * 0.56))
        return Look(skin, hair, self._pick(("long", "wavy", "bob", "bun", "curly")), lips)

    def _pose(self) -> Pose:
        side = float(self._random.choice([-1, 1]))
        upper = self._random.uniform(8, 17, 2)
        fore = upper - self._random.uniform(2, 16, 2)
        turn = float(self._random.uniform(-0.4, 0.4))
        return Pose(
            upper_arms=tuple(upper), forearms=tuple(fore), sway=0.013 * side, tilt=-2.0 * side,
            feet=(-0.040 - 0.010 * (side > 0), 0.040 + 0.010 * (side < 0)), head_turn=turn, head_tilt=4 * turn,
            lifted=(0.008 * (side > 0), 0.008 * (side < 0)),
        )  # fmt: skip

    def _cloth(self, patterns: Sequence[str]) -> Fabric:
        color = self._pick(COLORS)
        return Fabric(self._pick(patterns), color, self._pick(LIGHT) if sum(color) < 480 else self._pick(COLORS[:2]))

    def _leather(self) -> Fabric:
        return Fabric("leather", self._pick(LEATHERS))

    def _bag(self, chance: float) -> Bag | None:
        if not self._maybe(chance):
            return None
        return Bag(self._leather(), self._pick(("tote", "shoulder")), int(self._random.integers(2)))

    def _coat(self) -> Garment:
        cloth = self._cloth(("tweed", "plain", "leather", "plaid", "denim"))
        return Garment(cloth, self._pick((0.54, 0.62, 0.70)), ease=0.013, flare=0.016, open=self._maybe(0.7))

    def _in_dress(self, man: bool) -> Outfit:
        dress = Garment(self._cloth(("floral", "silk", "dots", "lace", "plain")), self._random.uniform(0.62, 0.80),
                        self._pick((0.0, 0.3, 1.0)), self._random.uniform(0.02, 0.07),
                        neck=self._pick(("round", "v")))  # fmt: skip
        scarf = self._cloth(("silk", "plaid", "knit")) if self._maybe(0.3) else None
        belt = self._leather() if self._maybe(0.4) else None
        return Outfit(Shoes(self._leather(), self._pick(("pumps", "boots"))), dress=dress, scarf=scarf, belt=belt,
                      bag=self._bag(0.6), glasses="dark" if self._maybe(0.2) else None)  # fmt: skip

    def _in_skirt(self, man: bool) -> Outfit:
        top = Garment(self._cloth(("knit", "rib", "silk", "stripes")), 0.41, neck=self._pick(("high", "round", "v")))
        skirt = Garment(self._cloth(("plaid", "tweed", "leather", "dots", "plain")), self._random.uniform(0.60, 0.76),
                        flare=self._random.uniform(0.0, 0.06), pleats=self._pick((0.0, 0.022)))  # fmt: skip
        hosiery = Fabric("mesh", self._pick(((34, 30, 34), (70, 62, 66)))) if self._maybe(0.6) else None
        return Outfit(Shoes(self._leather(), "boots", self._pick((0.06, 0.14))), top, skirt=skirt, hosiery=hosiery,
                      outerwear=self._coat() if self._maybe(0.4) else None, bag=self._bag(0.5))  # fmt: skip

    def _casual(self, man: bool) -> Outfit:
        top = Garment(
            self._cloth(("plain", "stripes", "knit", "plaid")), 0.50, neck=self._pick(("round", "shirt", "high"))
        )
        pants = Trousers(self._pick((Fabric("denim", (46, 66, 104), (122, 150, 186)), Fabric("plain", (150, 130, 100)),
                                     Fabric("plain", (44, 44, 50)))), ease=0.010 if man else 0.003)  # fmt: skip
        hat = ("beanie", self._cloth(("rib", "knit"))) if self._maybe(0.25) else None
        return Outfit(Shoes(Fabric("leather", self._pick(LIGHT)), "sneakers"), top, pants=pants, hat=hat,
                      outerwear=self._coat() if self._maybe(0.6) else None, bag=self._bag(0.3),
                      glasses=self._pick((None, None, "clear", "dark")))  # fmt: skip

    def _summer(self, man: bool) -> Outfit:
        top = Garment(self._cloth(("plain", "stripes", "dots", "floral")), 0.48, 0.32, neck=self._pick(("round", "v")))
        shorts = Trousers(self._cloth(("denim", "plain")), 0.42 if man else 0.30, 0.011, 0.016)
        hat = ("straw", Fabric("tweed", (222, 196, 140), (180, 146, 92))) if self._maybe(0.5) else None
        return Outfit(Shoes(Fabric("leather", self._pick(LIGHT)), "sneakers"), top, shorts=shorts, hat=hat,
                      bag=self._bag(0.4), glasses="dark" if self._maybe(0.4) else None, watch=(70, 46, 30))  # fmt: skip

    def _suit(self, man: bool) -> Outfit:
        cloth = self._cloth(("pinstripe", "plain", "tweed"))
        return Outfit(Shoes(self._leather()), Garment(Fabric("plain", self._pick(LIGHT)), 0.45, neck="shirt"),
                      outerwear=Garment(cloth, 0.55, ease=0.011, flare=0.006), pants=Trousers(cloth, ease=0.008),
                      tie=self._cloth(("stripes", "dots")), watch=(40, 34, 30))  # fmt: skip
