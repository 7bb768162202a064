"""Clothes: what a person wears, and the pieces that it makes on a posed body, from back to front."""

from dataclasses import dataclass

import numpy as np

from engine.data.renderer.fabrics import Color, Fabric, toned
from engine.data.renderer.figure import ANKLE, CROTCH, HIP, NECK, WAIST, Body
from engine.data.renderer.head import Head, Look
from engine.data.renderer.shapes import Folds, Mark, Piece, ellipse, spline, tube

BACKGROUND, FACE, HAIR, ARMS, LEGS, TOP, OUTERWEAR, DRESS, PANTS, SHORTS, SKIRT = range(11)
HOSIERY, SHOES, BAG, HAT, GLASSES, SCARF, BELT, ACCESSORIES = range(11, 19)
DARK: Color = (8, 7, 8)


@dataclass(frozen=True)
class Garment:
    """A garment for the upper body or a skirt.

    length: y of the hem; sleeve: share of the arm that it covers; flare: how much the hem is wider
    ease: how loose; neck: "round", "v", "high" or "shirt"; open: a coat that is not buttoned
    pleats: width of the pleats, 0 for none
    """

    fabric: Fabric
    length: float
    sleeve: float = 1.0
    flare: float = 0.0
    ease: float = 0.006
    neck: str = "round"
    open: bool = False
    pleats: float = 0.0


@dataclass(frozen=True)
class Trousers:
    """Trousers or shorts: length as a share of hip to ankle, ease, and how much wider the hem is."""

    fabric: Fabric
    length: float = 0.97
    ease: float = 0.004
    hem: float = 0.0


@dataclass(frozen=True)
class Shoes:
    """kind: "pumps", "sneakers", "shoes" or "boots"; shaft: height of a boot's shaft."""

    fabric: Fabric
    kind: str = "shoes"
    shaft: float = 0.06


@dataclass(frozen=True)
class Bag:
    """kind: "tote" in the hand or "shoulder" on a strap; side: 0 left or 1 right in the picture."""

    fabric: Fabric
    kind: str = "tote"
    side: int = 1


@dataclass(frozen=True)
class Outfit:
    """What a person wears; what is None is not worn. glasses: "dark" or "clear"; hat: its kind and fabric."""

    shoes: Shoes
    top: Garment | None = None
    dress: Garment | None = None
    skirt: Garment | None = None
    pants: Trousers | None = None
    shorts: Trousers | None = None
    outerwear: Garment | None = None
    hosiery: Fabric | None = None
    scarf: Fabric | None = None
    belt: Fabric | None = None
    bag: Bag | None = None
    hat: tuple[str, Fabric] | None = None
    glasses: str | None = None
    tie: Fabric | None = None
    watch: Color | None = None
    necklace: Color | None = None


class Dresser:
    """Makes the pieces of one dressed person."""

    def __init__(self, body: Body, look: Look, outfit: Outfit, seed: int) -> None:
        self._body, self._look, self._outfit = body, look, outfit
        self._head = Head(body, look, seed)

    def pieces(self) -> list[Piece]:
        """Everything, from back to front."""
        head = self._head
        back = head.hair_behind()
        return [
            *([back] if back else []),
            *self._lining(),
            *self._legs(),
            *self._upper(),
            *self._scarf(),
            head.face(),
            *self._collar(),
            *head.hair_in_front(),
            *(head.glasses(self._outfit.glasses == "dark", (18, 16, 18)) if self._outfit.glasses else []),
            *(head.hat(*self._outfit.hat) if self._outfit.hat else []),
        ]

    def _skin(self) -> Fabric:
        return Fabric("skin", self._look.skin)

    def _lining(self) -> list[Piece]:
        """The inside of an open coat's back."""
        coat = self._outfit.outerwear
        if coat is None or not coat.open:
            return []
        dark = toned(coat.fabric.color, 0.45)
        outline = self._body.torso(coat.length - 0.012, coat.ease - 0.004, coat.flare)
        return [Piece(OUTERWEAR, [outline], Fabric("silk", dark), 0.02, Folds(0.002, 0.02, 0.3), hanging=True)]

    def _legs(self) -> list[Piece]:
        outfit = self._outfit
        shod = [piece for side in (0, 1) for piece in self._leg_and_shoe(side)]
        over = outfit.shoes.kind == "boots" and outfit.shoes.shaft > 0.1
        if outfit.pants is None:
            return shod
        return [*self._trousers(outfit.pants, PANTS), *shod] if over else [*shod, *self._trousers(outfit.pants, PANTS)]

    def _leg_and_shoe(self, side: int) -> list[Piece]:
        outfit = self._outfit
        pieces = []
        bare = outfit.hosiery is None
        if outfit.pants is None or outfit.pants.length < 0.95:
            start = 0.0 if outfit.pants is None else outfit.pants.length - 0.06
            fabric = self._skin() if outfit.hosiery is None else outfit.hosiery
            knee = self._body.leg_point(side, 0.53)
            dark = toned(fabric.color, 0.72)
            marks = [
                Mark([ellipse(tuple(knee + (0, 0.012)), (0.012, 0.006))], dark, 0.35, blur=0.004),
                Mark([ellipse(tuple(knee), (0.010, 0.010))], toned(fabric.color, 1.08), 0.5,
                     blur=0.005),
            ]  # fmt: skip
            outline = self._body.leg(side, start, 1.0, ease=0.0 if bare else 0.0006)
            pieces.append(Piece(LEGS if bare else HOSIERY, [outline], fabric, 0.030, marks=marks))
        return [*pieces, *self._shoe(side)]

    def _shoe(self, side: int) -> list[Piece]:
        shoes, body = self._outfit.shoes, self._body
        foot = body.foot(side, 0.064 if shoes.kind == "pumps" else 0.054, {"pumps": 0.018}.get(shoes.kind, 0.022))
        sole_color: Color = (132, 124, 116) if shoes.kind == "sneakers" else (16, 14, 13)
        tip = foot[0] * [1, 1] + [0, -0.007]
        edge = [Mark([foot[0]], sole_color, 0.95), Mark([tip], shoes.fabric.color, 1.0, blur=0.0004)]
        if shoes.kind == "boots":
            share = 1 - shoes.shaft / (ANKLE - HIP)
            shaft = body.leg(side, share, 1.0, ease=0.007)
            crease = Folds(0.0012, 0.024, 0.022, centres=((*body.ankles[side], 0.028),))
            return [Piece(SHOES, [*foot, shaft], shoes.fabric, 0.022, crease, marks=edge)]
        if shoes.kind == "pumps":
            label = LEGS if self._outfit.hosiery is None else HOSIERY
            skin = Piece(label, foot, self._outfit.hosiery or self._skin(), 0.016)
            opening = ellipse(tuple(body.ankles[side] + (0, -0.002)), (0.0165, 0.034))
            return [skin, Piece(SHOES, foot[:1], shoes.fabric, 0.010, cutouts=[opening])]
        ankle = body.ankles[side]
        laces = [np.array([ankle + (-0.009, y), ankle + (0.009, y + 0.003)]) for y in (0.006, 0.013, 0.020)]
        lace: Color = (128, 126, 130) if shoes.kind == "sneakers" else (40, 34, 30)
        return [Piece(SHOES, foot, shoes.fabric, 0.018, marks=[*edge, Mark(laces, lace, 0.8, width=0.0022)])]

    def _trousers(self, trousers: Trousers, label: int) -> list[Piece]:
        body = self._body
        block = body.torso(CROTCH + 0.012, trousers.ease + 0.001, top=WAIST + 0.02, wave=0.0)
        legs = [body.leg(side, 0.0, trousers.length, trousers.ease, trousers.hem) for side in (0, 1)]
        crotch = body.place([(0, CROTCH + 0.012)])[0]
        joints = [(*crotch, 0.045)]
        if trousers.length > 0.6:
            joints += [(*body.knees[side], 0.042) for side in (0, 1)]
            joints += [(*body.leg_point(side, trousers.length - 0.05), 0.035) for side in (0, 1)]
        fly = body.place([(0, WAIST + 0.02), (0, CROTCH - 0.01)])
        pocket = spline([(0.05, WAIST + 0.022), (0.062, 0.43), (0.083, 0.45)])
        pockets = [body.place(pocket * [sign, 1]) for sign in (-1, 1)]
        down = np.linspace(0.1, trousers.length, 9)
        creases = [np.array([body.leg_point(side, share) for share in down]) for side in (0, 1)]
        marks = [Mark([fly, *pockets], DARK, 0.5, width=0.0016, blur=0.0008)]
        if trousers.fabric.pattern != "denim":
            marks.append(Mark(creases, DARK, 0.22, width=0.002, blur=0.002))
        inner = np.concatenate([[crotch], [body.leg_point(0, share) + (body.build.hips * 0.42 * (1 - share), 0)
                                           for share in (0.16, 0.3)]])  # fmt: skip
        marks.append(Mark([inner], DARK, 0.45, width=0.003, blur=0.002))
        folds = Folds(0.0024, 0.020, 0.16, centres=tuple(joints))
        return [Piece(label, [block, *legs], trousers.fabric, 0.036, folds, marks=marks, hanging=True)]

    def _upper(self) -> list[Piece]:
        outfit = self._outfit
        pieces = [Piece(FACE, [self._body.neck()], self._skin(), 0.028, marks=self._throat())]
        lower = self._trousers(outfit.shorts, SHORTS) if outfit.shorts else []
        if outfit.skirt:
            lower.append(self._skirt(outfit.skirt))
        tops = [self._shell(outfit.top, TOP)] if outfit.top else []
        if outfit.dress:
            tops.append(self._shell(outfit.dress, DRESS))
        tucked = outfit.top is not None and outfit.top.length < HIP - 0.02
        if outfit.pants and tucked:
            lower += self._waistband(outfit.pants)
        pieces += [*tops, *lower] if tucked else [*lower, *tops]
        pieces += [*self._belt(), *self._tie(), *self._coat(), *self._bag()]
        return [*pieces, *(piece for side in (0, 1) for piece in self._arm(side)), *self._necklace()]

    def _throat(self) -> list[Mark]:
        place = self._body.place
        bones = [place(spline([(s * 0.012, 0.176), (s * 0.035, 0.170), (s * 0.062, 0.172)])) for s in (-1, 1)]
        dark = toned(self._look.skin, 0.6)
        under = place(ellipse((0.004, 0.136), (0.030, 0.013)))
        return [Mark(bones, dark, 0.4, width=0.003, blur=0.002), Mark([under], dark, 0.75, blur=0.005)]

    def _waistband(self, trousers: Trousers) -> list[Piece]:
        block = self._body.torso(HIP, trousers.ease + 0.002, top=WAIST + 0.005, wave=0.0)
        seam = self._body.place([(-0.1, WAIST + 0.026), (0.1, WAIST + 0.026)])
        fly = self._body.place([(0, WAIST), (0, HIP + 0.03)])
        marks = [Mark([seam, fly], DARK, 0.45, width=0.0016, blur=0.0006)]
        return [Piece(PANTS, [block], trousers.fabric, 0.036, Folds(0.0012, 0.02, 0.1), marks=marks, shadow=0.15)]

    def _skirt(self, skirt: Garment) -> Piece:
        outline = self._body.torso(skirt.length, skirt.ease, skirt.flare, top=WAIST - 0.004)
        folds = Folds(0.0042 if skirt.flare > 0.02 else 0.0018, 0.030, 0.45, droop=0.75, pleats=skirt.pleats)
        band = self._body.place([(-0.12, WAIST + 0.016), (0.12, WAIST + 0.016)])
        seam = Mark([band], DARK, 0.4, width=0.0015, blur=0.0006)
        return Piece(SKIRT, [outline], skirt.fabric, 0.05, folds, marks=[seam], hanging=True)

    def _shell(self, garment: Garment, label: int) -> Piece:
        """The body of a top or dress."""
        body = self._body
        long = garment.length > 0.55
        gathers = ((*body.place([(0, WAIST)])[0], 0.06),) if long or garment.length > HIP else ()
        centres = (*gathers, *((*body.place([(s * 0.075, 0.235)])[0], 0.035) for s in (-1, 1)))
        folds = Folds(0.0038 if garment.flare > 0.03 else 0.0022, 0.024, 0.30 if long else 0.12,
                      angle=0.0 if long else 0.18,
                      droop=0.6, pleats=garment.pleats, centres=centres)  # fmt: skip
        marks = self._bust() + self._front(garment)
        return Piece(label, [body.torso(garment.length, garment.ease, garment.flare)], garment.fabric, 0.046, folds,
                     marks=marks, cutouts=self._neckline(garment.neck), hanging=True)  # fmt: skip

    def _bust(self) -> list[Mark]:
        """Soft shade under the chest."""
        strong = 0.30 if self._body.build.shoulders < 0.11 else 0.14
        shade = [self._body.place(ellipse((s * 0.040, 0.288), (0.030, 0.008))) for s in (-1, 1)]
        return [Mark(shade, DARK, strong, blur=0.007)]

    def _neckline(self, neck: str) -> list[np.ndarray]:
        shapes = {
            "round": ellipse((0, 0.150), (0.042, 0.030)),
            "v": spline([(-0.040, 0.140), (0.040, 0.140), (0.026, 0.195), (0, 0.245), (-0.026, 0.195)], closed=True),
            "shirt": np.array([(-0.028, 0.140), (0.028, 0.140), (0.004, 0.200), (-0.004, 0.200)]),
            "wide": ellipse((0, 0.160), (0.070, 0.036)),
        }
        return [self._body.place(shapes[neck])] if neck in shapes else []

    def _front(self, garment: Garment) -> list[Mark]:
        """Hem and neck seams, and a shirt's buttons."""
        place = self._body.place
        marks = []
        if garment.neck == "round":
            marks.append(Mark([place(ellipse((0, 0.150), (0.047, 0.035)))], DARK, 0.25, width=0.0012, blur=0.0005))
        if garment.neck == "shirt":
            end = min(garment.length, 0.52)
            placket = [place([(x, 0.19), (x, end)]) for x in (-0.008, 0.008)]
            buttons = [place(ellipse((0, y), (0.0028, 0.0028))) for y in np.arange(0.215, end, 0.042)]
            marks += [Mark(placket, DARK, 0.25, width=0.0012, blur=0.0006), Mark(buttons, (235, 232, 225), 0.8)]
        return marks

    def _collar(self) -> list[Piece]:
        """What stands around the neck before the chin: a high collar, or the two wings of a shirt's."""
        garment, label = (self._outfit.dress, DRESS) if self._outfit.dress else (self._outfit.top, TOP)
        if garment is None:
            return []
        place = self._body.place
        if garment.neck == "high":
            roll = place(spline([(-0.032, 0.134), (0, 0.142), (0.032, 0.134), (0.039, 0.160), (0.030, 0.172),
                                 (0, 0.178),
                                 (-0.030, 0.172), (-0.039, 0.160)], closed=True))  # fmt: skip
            return [Piece(label, [roll], garment.fabric, 0.014, Folds(0.0012, 0.03, 0.008))]
        if garment.neck != "shirt":
            return []
        wings = [np.array([(s * 0.031, 0.137), (s * 0.041, 0.160), (s * 0.032, 0.192), (s * 0.004, 0.186),
                           (s * 0.020, 0.160)])
                 for s in (-1, 1)]  # fmt: skip
        return [Piece(label, [place(wing)], garment.fabric, 0.005, angle=0.4) for wing in wings]

    def _coat(self) -> list[Piece]:
        coat = self._outfit.outerwear
        if coat is None:
            return []
        place, body = self._body.place, self._body
        hem = coat.length + 0.05
        if coat.open:
            opening = [(-0.036, 0.13), (0.036, 0.13), (0.030, 0.25), (0.034, 0.38), (0.052, 0.50), (0.062, hem),
                       (-0.056, hem),
                       (-0.046, 0.50), (-0.030, 0.38), (-0.028, 0.25)]  # fmt: skip
        else:
            opening = [(-0.036, 0.13), (0.036, 0.13), (0.018, 0.22), (0.002, 0.265), (-0.014, 0.22)]
        pockets = [place([(s * 0.050, 0.475), (s * 0.094, 0.468)]) for s in (-1, 1)]
        marks = [Mark(pockets, DARK, 0.6, width=0.0026, blur=0.0008)]
        if not coat.open:
            heights = np.arange(0.29, min(coat.length, 0.56), 0.062)
            buttons = [place(ellipse((-0.012, y), (0.0052, 0.0052))) for y in heights]
            marks += [
                Mark([place([(0.006, 0.262), (0.008, coat.length + 0.02)])], DARK, 0.65, width=0.002, blur=0.0009),
                Mark(buttons, (30, 24, 20), 0.9, blur=0.0003),
            ]
        folds = Folds(0.0028, 0.030, 0.30, droop=0.4, centres=((*place([(0, WAIST)])[0], 0.07),))
        shell = Piece(OUTERWEAR, [body.torso(coat.length, coat.ease, coat.flare)], coat.fabric, 0.040, folds,
                      marks=marks,
                      shadow=0.7, cutouts=[place(np.array(opening))], hanging=True)  # fmt: skip
        return [shell, *self._lapels(coat)]

    def _lapels(self, coat: Garment) -> list[Piece]:
        end = 0.33 if coat.open else 0.272
        inner = 0.029 if coat.open else 0.004
        pieces = []
        for sign in (-1, 1):
            outline = [(sign * 0.034, 0.147), (sign * 0.050, 0.163), (sign * 0.066, 0.212), (sign * 0.052, 0.218),
                       (sign * 0.060, 0.236), (sign * inner, end), (sign * (inner + 0.002), 0.235)]  # fmt: skip
            pieces.append(
                Piece(OUTERWEAR, [self._body.place(outline)], coat.fabric, 0.007, angle=sign * 0.35, shadow=0.5)
            )
        return pieces

    def _arm(self, side: int) -> list[Piece]:
        """Hand, bare arm and sleeves of one side."""
        outfit, body = self._outfit, self._body
        worn = ((outfit.top, TOP), (outfit.dress, DRESS), (outfit.outerwear, OUTERWEAR))
        layers = [(garment, label) for garment, label in worn if garment]
        covered = max((garment.sleeve for garment, _ in layers), default=0.0)
        dark = toned(self._look.skin, 0.5)
        fingers = Mark(body.fingers(side), dark, 0.6, width=0.0012, blur=0.0005)
        pieces = [Piece(ARMS, body.hand(side), self._skin(), 0.012, marks=[fingers])]
        if covered < 0.99:
            pieces.append(Piece(ARMS, [body.arm(side, 0.0, 1.0)], self._skin(), 0.022, shadow=0.45))
        if outfit.watch and side == 0:
            end = body.wrists[side]
            upward = (body.elbows[side] - end) / np.linalg.norm(body.elbows[side] - end)
            strap = tube([end + upward * 0.012, end + upward * 0.004], [0.0142, 0.0138], cap=0.1)
            pieces.append(Piece(ACCESSORIES, [strap], Fabric("leather", outfit.watch), 0.006))
        for garment, label in layers:
            if garment.sleeve > 0 and (label == OUTERWEAR or outfit.outerwear is None or garment.sleeve > 0.9):
                pieces.append(self._sleeve(garment, label, side))
        return pieces

    def _sleeve(self, garment: Garment, label: int, side: int) -> Piece:
        body = self._body
        short = garment.sleeve < 0.5
        end = garment.sleeve * (1.03 if label != OUTERWEAR else 1.0)
        outline = body.arm(side, 0.0, end, garment.ease * 0.75 + 0.002, cuff=0.006 if short else 0.002)
        angle = np.arctan2(*(body.elbows[side] - body.shoulders[side])) * -1
        joints = () if short else ((*body.elbows[side], 0.040), (*(body.wrists[side] - (0, 0.03)), 0.026))
        folds = Folds(0.0022, 0.016, 0.06, angle=0.5 if side else -0.5, centres=joints)
        return Piece(label, [outline], garment.fabric, 0.026, folds, angle=float(angle), shadow=0.6)

    def _belt(self) -> list[Piece]:
        if self._outfit.belt is None:
            return []
        high = self._outfit.dress is not None or self._outfit.skirt is not None
        top = WAIST - 0.008 if high else WAIST + 0.008
        strap = self._body.torso(top + 0.016, 0.007, top=top, wave=0.0)
        buckle = self._body.place(ellipse((0.0, top + 0.0135), (0.0085, 0.008)))
        hole = self._body.place(ellipse((0.0, top + 0.0135), (0.0052, 0.005)))
        marks = [Mark([buckle], (214, 186, 120), 1.0), Mark([hole], self._outfit.belt.color, 1.0)]
        return [Piece(BELT, [strap], self._outfit.belt, 0.012, marks=marks, shadow=0.4)]

    def _tie(self) -> list[Piece]:
        if self._outfit.tie is None:
            return []
        place = self._body.place
        blade = np.array([(-0.006, 0.186), (0.006, 0.186), (0.0135, 0.34), (0, 0.362), (-0.0135, 0.34)])
        knot = np.array([(-0.0095, 0.166), (0.0095, 0.166), (0.006, 0.190), (-0.006, 0.190)])
        return [Piece(ACCESSORIES, [place(part)], self._outfit.tie, 0.008, angle=0.7) for part in (blade, knot)]

    def _necklace(self) -> list[Piece]:
        if self._outfit.necklace is None:
            return []
        chain = spline([(-0.030, 0.160), (-0.022, 0.200), (0, 0.222), (0.022, 0.200), (0.030, 0.160)])
        outline = tube(list(self._body.place(chain[::6])), [0.0016] * len(chain[::6]))
        drop = self._body.place(ellipse((0, 0.226), (0.0055, 0.0075)))
        return [Piece(ACCESSORIES, [outline, drop], Fabric("leather", self._outfit.necklace), 0.004, shadow=0.5)]

    def _bag(self) -> list[Piece]:
        bag = self._outfit.bag
        if bag is None:
            return []
        outward = -1 if bag.side == 0 else 1
        if bag.kind == "tote":
            x, y = self._body.wrists[bag.side] + (outward * 0.012, 0.048)
            handles = [self._strap([(x - 0.030, y + 0.062), (x - 0.020, y + 0.012), (x, y + 0.0),
                                    (x + 0.020, y + 0.012),
                                    (x + 0.030, y + 0.062)], 0.0036)]  # fmt: skip
            corners = [(-0.046, 0.055), (0.0, 0.051), (0.046, 0.055), (0.057, 0.15), (0.050, 0.165), (0, 0.168),
                       (-0.050, 0.165),
                       (-0.057, 0.15)]  # fmt: skip
        else:
            x, y = self._body.place([(outward * 0.100, 0.40)])[0]
            top = self._body.place([(-outward * 0.055, 0.168)])[0]
            handles = [self._strap([tuple(top), (0.5 * (x + top[0]), 0.29), (x - outward * 0.01, y + 0.03)], 0.0040)]
            corners = [(-0.042, 0.02), (0.042, 0.02), (0.047, 0.085), (0.040, 0.098), (-0.040, 0.098), (-0.047, 0.085)]
        outline = spline(np.array(corners) + (x, y), closed=True)
        middle = outline.mean(axis=0)
        flap = spline(np.array([(-0.043, -0.02), (0, 0.012), (0.043, -0.02)]) + middle)
        stitch = (outline - middle) * 0.88 + middle
        clasp = ellipse((middle[0], middle[1] + 0.010), (0.006, 0.005))
        marks = [
            Mark([flap], DARK, 0.6, width=0.002, blur=0.0008),
            Mark([stitch], DARK, 0.25, width=0.001, blur=0.0004),
            Mark([clasp], (216, 188, 120), 1.0, blur=0.0003),
        ]
        return [*handles, Piece(BAG, [outline], bag.fabric, 0.018, Folds(0.0010, 0.03, 0.03), marks=marks, shadow=0.7)]

    def _strap(self, path: list, half_width: float) -> Piece:
        assert self._outfit.bag is not None
        return Piece(BAG, [tube(path, [half_width] * len(path))], self._outfit.bag.fabric, 0.004, shadow=0.5)

    def _scarf(self) -> list[Piece]:
        """A loop around the neck and two hanging ends."""
        cloth = self._outfit.scarf
        if cloth is None:
            return []
        place = self._body.place
        ends = [
            tube(list(place([(0.016, NECK + 0.02), (0.030, 0.27), (0.034, 0.37)])), [0.018, 0.024, 0.028], cap=0.05),
            tube(list(place([(-0.008, NECK + 0.02), (-0.022, 0.25), (-0.020, 0.32)])), [0.018, 0.023, 0.026], cap=0.05),
        ]
        loop = place(spline([(-0.046, 0.128), (0, 0.142), (0.046, 0.128), (0.060, 0.160), (0.046, 0.192), (0, 0.206),
                             (-0.046, 0.192), (-0.060, 0.160)], closed=True))  # fmt: skip
        long = Folds(0.0026, 0.014, 0.15)
        pieces = [Piece(SCARF, [end], cloth, 0.016, long, angle=0.1 * i, shadow=0.7) for i, end in enumerate(ends)]
        around = Folds(0.0032, 0.012, 0.12, angle=1.45)
        return [*pieces, Piece(SCARF, [loop], cloth, 0.022, around, angle=1.3, shadow=0.7)]
