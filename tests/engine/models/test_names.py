from engine.models.building import BUILDERS
from engine.models.names import TRANSLATORS


def test_the_names_are_those_that_can_be_built() -> None:
    assert sorted(TRANSLATORS) == sorted(BUILDERS)
