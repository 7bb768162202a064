"""A style as it stands in files: classes by name."""

from typing import Annotated

from pydantic import Field

from engine.archive import Strict
from engine.domains import Domain
from engine.style import AXIS_LIMIT, Style

MAX_EXEMPLARS = 64

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Weights = Annotated[list[Weight], Field(max_length=MAX_EXEMPLARS)]


class StyleEntry(Strict):
    """What `engine.style.Style` holds."""

    class_weights: dict[str, Weights] = Field(default={}, max_length=256)
    axes: list[Annotated[float, Field(ge=-AXIS_LIMIT, le=AXIS_LIMIT)]] = Field(default=[], max_length=256)
    sample: Annotated[int, Field(ge=0, lt=2**64)] | None = None
    surprise: Annotated[float, Field(ge=0, le=1)] = 1.0

    @staticmethod
    def of(style: Style, domain: Domain) -> "StyleEntry":
        """The entry of a style in the domain."""
        return StyleEntry(
            class_weights={domain.classes[class_id].name: list(own) for class_id, own in style.class_weights},
            axes=list(style.axes),
            sample=style.sample,
            surprise=style.surprise,
        )

    def style(self, domain: Domain, exemplars: int) -> Style:
        """The style, for so many exemplars.

        Raises ValueError for classes that the domain lacks, and for weights of a class that are all 0 or not as
        many as the exemplars.
        """
        ids = {label_class.name: label_class.id for label_class in domain.classes}
        for name, own in self.class_weights.items():
            if name not in ids:
                raise ValueError(f"{domain.name} has no class {name[:100]!r}")
            if len(own) != exemplars:
                raise ValueError(f"{len(own)} weights of {name} for {exemplars} exemplars")
        own_by_id = {ids[name]: own for name, own in self.class_weights.items()}
        return Style.of(own_by_id, self.axes, self.sample, self.surprise)
