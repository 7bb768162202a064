"""What a domain says of itself."""

from dataclasses import replace

import pytest

from engine.domains import ADE20K, DOMAINS, FASHION


def test_small_forms_have_half_the_size() -> None:
    assert FASHION.half_size == (128, 192) and ADE20K.half_size == (128, 128)
    assert all(side % 32 == 0 for domain in DOMAINS.values() for side in domain.half_size)


@pytest.mark.parametrize(("size", "half"), [((32, 32), (32, 32)), ((300, 180), (160, 96)), ((100, 16), (64, 32))])
def test_half_the_size_is_one_that_networks_take(size: tuple[int, int], half: tuple[int, int]) -> None:
    assert replace(FASHION, size=size).half_size == half
