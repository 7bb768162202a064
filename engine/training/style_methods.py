"""StEP and its baselines as configurations of one course (StEP, section 4 and table 3).

Each method is a few switches away from the next: BicycleGAN with latent codes drawn at random, MUNIT-p with codes
swapped between two pairs, and StEP, whose encoder was trained before and which sheds one loss after the other.

All but the original BicycleGAN reconstruct features and pixels. The paper has features of VGG alone; with those of
our parser, which knows parts rather than colours, pictures come in false colours.
"""

from dataclasses import dataclass, replace

RECONSTRUCTION = 2.0
ABSOLUTE = 5.0
RECOVERY = 10.0
PULL = 0.01  # of the code towards N(0, I), or towards zero


@dataclass(frozen=True)
class StyleMethod:
    """Weights of losses, 0 for what a method lacks; the adversarial loss has 1 for each kind of picture.

    pretrained      the encoder comes from triplets, is frozen at first and learns with the generator then
    variational     codes are drawn from the encoder's mean and variance; else they are the mean
    absolute        L1 between photo and picture in the photo's own style
    reconstruction  the same between features of the two
    divergence      of the code's distribution from N(0, I)
    smallness       of the code
    drawn           recovery of codes from N(0, I), whose pictures are judged
    swapped         recovery of codes from another photo of the batch, whose pictures are judged
    cycled          both reconstruction losses, in the style that was found in a picture with a swapped code
    """

    pretrained: bool = False
    variational: bool = False
    absolute: float = ABSOLUTE
    reconstruction: float = RECONSTRUCTION
    divergence: float = 0.0
    smallness: float = 0.0
    drawn: float = 0.0
    swapped: float = 0.0
    cycled: float = 0.0


_BICYCLE = StyleMethod(variational=True, divergence=PULL, drawn=RECOVERY)
_MUNIT_P = replace(_BICYCLE, swapped=RECOVERY, cycled=1.0)


def _without_variance(method: StyleMethod) -> StyleMethod:
    return replace(method, variational=False)


def _small(method: StyleMethod) -> StyleMethod:
    return replace(_without_variance(method), divergence=0.0, smallness=PULL)


_STEP = replace(_small(_MUNIT_P), pretrained=True)
_UNCYCLED = replace(_STEP, swapped=0.0, cycled=0.0)

METHODS = {
    "bicyclegan-v0": replace(_BICYCLE, absolute=10.0, reconstruction=0.0, drawn=0.5),  # as its authors weigh it
    "bicyclegan-v1": _BICYCLE,
    "bicyclegan-v2": _without_variance(_BICYCLE),
    "bicyclegan-v3": _small(_BICYCLE),
    "munit-p-v1": _MUNIT_P,
    "munit-p-v2": _without_variance(_MUNIT_P),
    "munit-p-v3": _small(_MUNIT_P),
    "step-v1": _STEP,
    "step-v2": _UNCYCLED,
    "step-v3": replace(_UNCYCLED, drawn=0.0),
    "step-v4": replace(_UNCYCLED, drawn=0.0, smallness=0.0),
}
FINAL = "step-v4"  # a GAN loss and a reconstruction loss, nothing else
