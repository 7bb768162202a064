"""The kinds of image that Warpaint knows."""

from engine.domains.domain import Domain, LabelClass
from engine.domains.fashion import BODY_SEGMENTS, FASHION, FASHION_POSE
from engine.domains.published import ADE20K, CELEBAHQ, CELEBAHQ_EDGE, DEEPFASHION
from engine.errors import InputError

__all__ = [
    "ADE20K",
    "BODY_SEGMENTS",
    "CELEBAHQ",
    "CELEBAHQ_EDGE",
    "DEEPFASHION",
    "DOMAINS",
    "Domain",
    "FASHION",
    "FASHION_POSE",
    "LabelClass",
    "find_domain",
]

DOMAINS = {domain.name: domain for domain in (FASHION, FASHION_POSE, ADE20K, CELEBAHQ, CELEBAHQ_EDGE, DEEPFASHION)}


def find_domain(name: str) -> Domain:
    """The domain called `name`; raises InputError when there is none."""
    if name not in DOMAINS:
        raise InputError(f"There is no domain {name!r}; choose one of: {', '.join(DOMAINS)}.")
    return DOMAINS[name]
