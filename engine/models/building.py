"""Translators by name, with their shipped weights."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.head import HeadClasses
from engine.correspondence.offset_update import UpdateWidths
from engine.correspondence.patchmatch import PatchMatchConfig
from engine.errors import InputError
from engine.models.cocosnet import CocosNet, CocosNetConfig
from engine.models.cocosnet2 import CocosNet2Config
from engine.models.cocosnet2_translator import CocosNet2Translator, CocosNet2TranslatorConfig
from engine.models.guided import GuidedTranslatorConfig, guided_translator
from engine.models.guided_pix2pix import GuidedConfig
from engine.models.mix import Mix
from engine.models.names import SYSTEMS
from engine.models.published.translator import published_translator
from engine.models.rabit import Rabit, RabitConfig
from engine.models.rabit_flow import ConditionFlow
from engine.models.rabit_large import Canvas, LargePicture
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import StyleEncoderConfig
from engine.models.translator import Translator
from engine.weights.imported import load_imported
from engine.weights.registry import Weights, find_weights, load_weights


def _rabit(config: dict) -> Translator:
    kin = tuple(tuple(relatives) for relatives in config.get("kin", ()))
    head = config.get("head") and HeadClasses(**{name: _as_tuple(ids) for name, ids in config["head"].items()})
    lists = {name: _as_tuple(value) for name, value in config.items() if name not in ("kin", "head")}
    return Rabit(RabitConfig(**lists | {"kin": kin, "head": head}))


def _step(config: dict) -> Translator:
    encoder = StyleEncoderConfig(**config["encoder"] | {"widths": tuple(config["encoder"]["widths"])})
    return Step(StepConfig(**config | {"widths": tuple(config["widths"]), "encoder": encoder}))


def _guided(config: dict) -> Translator:
    network = GuidedConfig(**config["network"])
    tuples = {"size": tuple(config["size"]), "bare": tuple(config.get("bare", ()))}
    return guided_translator(GuidedTranslatorConfig(**config | tuples | {"network": network}))


def _cocosnet(config: dict) -> Translator:
    return CocosNet(CocosNetConfig(**{name: _as_tuple(value) for name, value in config.items()}))


def _cocosnet2(config: dict) -> Translator:
    search = config["network"]["patchmatch"]
    patchmatch = PatchMatchConfig(**search | {"widths": UpdateWidths(**search["widths"])})
    network = CocosNet2Config(**config["network"] | {"patchmatch": patchmatch})
    return CocosNet2Translator(
        CocosNet2TranslatorConfig(**config | {"size": _as_tuple(config["size"]), "network": network})
    )


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value


BUILDERS: dict[str, Callable[[dict], Translator]] = {
    "rabit": _rabit,
    "step": _step,
    "cocosnet": _cocosnet,
    "cocosnet2": _cocosnet2,
    "guided_pix2pix": _guided,
}


def condition_flow(translator: Translator, labels: Tensor, pose: PoseTensors | None) -> ConditionFlow | None:
    """The condition as one that is edited piece by piece; None for a translator that makes whole pictures only."""
    return ConditionFlow(translator, labels, pose) if isinstance(translator, Rabit) else None


def large_picture(translator: Translator, canvas: Canvas, mix: Mix) -> LargePicture | None:
    """A canvas that is painted at its own size, part by part; None for a translator that cannot do that."""
    return LargePicture(translator, canvas, mix) if isinstance(translator, Rabit) else None


def load_translator(domain: str, model: str) -> Translator:
    """The translator `model` of `domain` with its weights, ready for inference, float32 on the CPU.

    Raises InputError when there is none, or its weights are absent or do not fit.
    """
    if (imported := _imported(domain, model)) is not None:
        card = imported.card
        return published_translator(load_imported(imported.folder), card.published, card.config["options"])
    if model not in SYSTEMS:
        raise InputError(f"There is no translator {model!r}; choose one of: {', '.join(SYSTEMS)}.")
    config, weights = load_weights(domain, model)
    try:
        translator = BUILDERS[SYSTEMS[model]](config)
        translator.load_state_dict(weights)
    except (TypeError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"The weights of {model} for {domain} do not fit this version of the program; install them again."
        ) from error
    return translator.eval().requires_grad_(False)


def _imported(domain: str, model: str) -> Weights | None:
    """The weights, where they are imported ones."""
    try:
        weights = find_weights(domain, model)
    except InputError:
        return None
    return weights if weights.card.published else None
