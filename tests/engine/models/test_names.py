from engine.models.building import BUILDERS
from engine.models.names import SYSTEMS


def test_the_systems_are_those_that_can_be_built() -> None:
    assert set(SYSTEMS.values()) == set(BUILDERS)
