"""What `project.json` in a project file says."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from engine.archive import MemberName, Strict

VERSION: Literal[1] = 1
MAX_EXEMPLARS = 64

ClassId = Annotated[int, Field(ge=0, le=255)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ExemplarEntry(Strict):
    """An exemplar: its name for people, and its members in the zip."""

    name: str = Field(max_length=500)
    photo: MemberName
    labels: MemberName
    weight: Weight


class ProjectFile(Strict):
    """The whole of `project.json`. Class ids and sizes are checked against the domain and images later."""

    version: Literal[1]
    app_version: str = Field(max_length=100)
    domain: str = Field(max_length=100)
    model: str = Field(max_length=100)
    weights_hash: str | None = Field(default=None, max_length=200)
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    labels: MemberName
    original_labels: MemberName
    photo: MemberName | None = None
    result: MemberName | None = None
    exemplars: list[ExemplarEntry] = Field(max_length=MAX_EXEMPLARS)
    active_exemplar: NonNegativeInt
    active_class: ClassId
    locked: list[ClassId] = Field(max_length=256)
    hidden: list[ClassId] = Field(max_length=256)
