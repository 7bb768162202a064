"""Which models can make the picture, by name; quick, since only cards are read."""

from engine.domains import Domain
from engine.errors import InputError
from engine.models.names import TRANSLATORS, title_of, trained_size
from engine.models.style_axes import STYLES, Axis, style_axes
from engine.weights.registry import find_weights, list_models


def models_of(domain: Domain) -> tuple[str, ...]:
    """The translators that have weights for the domain; its default one alone where a card is damaged."""
    try:
        found = list_models(domain.name)
    except InputError:
        return (domain.default_model,)
    return tuple(w.folder.name for w in found if w.card.published or w.folder.name in TRANSLATORS)


def about_model(domain: Domain, model: str) -> str:
    """What the card of a model says, in a few short lines: its name, training and size."""
    title = title_of(model)
    try:
        card = find_weights(domain.name, model).card
    except InputError as error:
        return f"{title}\n{error}"
    width, height = trained_size(card.config, domain.size)
    megabytes = sum(file.size for file in card.files) / 1e6
    made = "Its authors' weights" if card.published else f"{card.steps:,} steps"
    return f"{title}\n{made} at {width}×{height}, {megabytes:.1f} MB\n{card.data}"


def axes_of_model(domain: str, model: str) -> tuple[Axis, ...]:
    """The named axes of the model's style codes; none where no style space is installed."""
    return style_axes(domain, model)


def has_style_space(domain: str, model: str) -> bool:
    """Whether the model's styles can be drawn and mapped."""
    try:
        find_weights(domain, model + STYLES)
    except InputError:
        return False
    return True
