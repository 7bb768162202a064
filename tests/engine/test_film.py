from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.film import EASINGS, LONGEST, SHORTEST, Film, KeyFrame
from engine.style import AXIS_LIMIT, PLAIN, Style

weight = st.floats(0, 1e6)
positive = st.floats(0.01, 1e6)


def rows(count: int) -> st.SearchStrategy[tuple[float, ...]]:
    """Weights of which at least one is positive."""
    return st.tuples(positive, *[weight] * (count - 1)).flatmap(st.permutations).map(tuple)


def styles(count: int) -> st.SearchStrategy[Style]:
    return st.builds(
        Style.of,
        st.dictionaries(st.integers(0, 3), rows(count), max_size=2),
        st.lists(st.floats(-AXIS_LIMIT, AXIS_LIMIT), max_size=3),
        st.none() | st.integers(0, 2),
        st.floats(0, 1),
    )


@st.composite
def films(draw: st.DrawFn, fewest: int = 1) -> Film:
    count = draw(st.integers(1, 3))
    keys = draw(st.lists(st.builds(KeyFrame, rows(count), styles(count)), min_size=fewest, max_size=4))
    return Film(tuple(keys), draw(st.floats(SHORTEST, LONGEST)), draw(st.sampled_from([*EASINGS])), draw(st.booleans()))


def surprise_of(key: KeyFrame, sample: int) -> float:
    """How far this drawn style counts."""
    return key.style.surprise if key.style.sample == sample else 0.0


def distance(one: KeyFrame, other: KeyFrame) -> float:
    """The largest step in anything that is seen."""
    classes = range(4)
    steps = [abs(a - b) for c in classes for a, b in zip(one.weights_of(c), other.weights_of(c), strict=True)]
    steps += [abs(a - b) for a, b in zip(one.weights, other.weights, strict=True)]
    axes = [(*key.style.axes, 0.0, 0.0, 0.0)[:3] for key in (one, other)]
    steps += [abs(a - b) for a, b in zip(*axes, strict=True)]
    steps += [abs(surprise_of(one, sample) - surprise_of(other, sample)) for sample in range(3)]
    return max(steps)


@settings(max_examples=40, deadline=None)
@given(films())
def test_at_its_time_a_key_is_shown_exactly(film: Film) -> None:
    for number, key in enumerate(film.keys):
        assert film.at(number * film.seconds) == key.normalised


@settings(max_examples=40, deadline=None)
@given(films(), st.floats(0, 1))
def test_the_mix_is_valid_and_normalised_at_every_time(film: Film, part: float) -> None:
    key = film.at(part * film.length)
    for row in (key.weights, *key.style.weights_of_class.values()):
        assert min(row) >= 0
        assert sum(row) == pytest.approx(1)
    assert key.style == Style.of(key.style.weights_of_class, key.style.axes, key.style.sample, key.style.surprise)


@settings(max_examples=40, deadline=None)
@given(films(fewest=2), st.floats(0, 1))
def test_the_mix_moves_without_jumps(film: Film, part: float) -> None:
    time, step = part * film.length, 1e-4 * film.seconds
    assert distance(film.at(time), film.at(time + step)) < 2e-3


@settings(max_examples=40, deadline=None)
@given(films(fewest=2), st.floats(-2, 2))
def test_a_loop_comes_back_to_its_beginning(film: Film, part: float) -> None:
    film = replace(film, loops=True)
    assert film.length == len(film.keys) * film.seconds
    assert film.at(film.length) == film.at(0) == film.keys[0].normalised
    time = part * film.length
    assert distance(film.at(time), film.at(time + film.length)) < 1e-6


@settings(max_examples=40, deadline=None)
@given(films(), st.integers(1, 60))
def test_frames_are_evenly_spaced_and_end_where_the_film_ends(film: Film, rate: int) -> None:
    film = replace(film, seconds=min(film.seconds, 3))
    times = film.times(rate)
    assert times[0] == 0
    if len(film.keys) == 1:
        assert times == [0]
        return
    step = film.length / max(1, round(film.length * rate))
    assert [b - a for a, b in zip(times, times[1:], strict=False)] == pytest.approx([step] * (len(times) - 1))
    assert times[-1] == pytest.approx(film.length - step if film.loops else film.length)


@settings(max_examples=40, deadline=None)
@given(films())
def test_adding_and_removing_an_exemplar_changes_nothing(film: Film) -> None:
    assert film.with_exemplar_added().with_exemplar_removed(len(film.keys[0].weights)) == film


@settings(max_examples=40, deadline=None)
@given(films(), st.integers(0, 2))
def test_a_film_stays_valid_without_an_exemplar(film: Film, index: int) -> None:
    count = len(film.keys[0].weights)
    less = film.with_exemplar_removed(index % count)
    assert len(less.keys) == (len(film.keys) if count > 1 else 0)
    assert all(len(key.weights) == count - 1 for key in less.keys)


@settings(max_examples=40, deadline=None)
@given(films(), st.integers(0, 3), st.integers(0, 3))
def test_a_moved_key_is_the_same_key_elsewhere(film: Film, index: int, to: int) -> None:
    index, to = index % len(film.keys), to % len(film.keys)
    moved = film.moved(index, to)
    assert moved.keys[to] == film.keys[index]
    assert moved.moved(to, index) == film


def test_keys_are_added_updated_and_removed() -> None:
    one, two, three = (KeyFrame((value, 1.0)) for value in (1.0, 2.0, 3.0))
    film = Film((one, three)).with_key(1, two)
    assert film.keys == (one, two, three)
    assert film.updated(2, one).keys == (one, two, one)
    assert film.without_key(0).keys == (two, three)


def test_a_key_of_the_removed_exemplar_alone_mixes_those_that_are_left() -> None:
    style = Style.of({3: (1.0, 0.0, 0.0), 4: (1.0, 2.0, 0.0)}, axes=(1.0,))
    film = Film((KeyFrame((2.0, 0.0, 0.0), style),)).with_exemplar_removed(0)
    assert film.keys == (KeyFrame((1.0, 1.0), Style.of({4: (2.0, 0.0)}, axes=(1.0,))),)


def test_smooth_rests_at_the_keys_and_linear_does_not() -> None:
    film = Film((KeyFrame((1.0, 0.0)), KeyFrame((0.0, 1.0))), seconds=1.0)
    assert film.at(0.25).weights[1] == pytest.approx(0.15625)
    assert replace(film, easing="linear").at(0.25).weights[1] == pytest.approx(0.25)


def test_a_class_without_weights_of_its_own_comes_from_those_of_the_mix() -> None:
    own = KeyFrame((1.0, 0.0), Style.of({2: (0.0, 1.0)}))
    film = Film((own, KeyFrame((1.0, 0.0))), easing="linear")
    assert film.at(0.5).style.weights_of_class == {2: (0.25, 0.75)}


def test_drawn_styles_of_one_seed_fade_and_of_two_cross() -> None:
    def drawn(sample: int | None, surprise: float) -> KeyFrame:
        return KeyFrame((1.0,), Style.of(sample=sample, surprise=surprise))

    def styles_between(one: KeyFrame, other: KeyFrame) -> list[tuple[int | None, float]]:
        film = Film((one, other), seconds=4, easing="linear")
        found = [film.at(time).style for time in (1, 2, 3)]
        return [(style.sample, style.surprise) for style in found]

    assert styles_between(drawn(7, 0.2), drawn(7, 0.6)) == [(7, pytest.approx(v)) for v in (0.3, 0.4, 0.5)]
    assert styles_between(drawn(None, 1), drawn(7, 0.8)) == [(7, pytest.approx(v)) for v in (0.2, 0.4, 0.6)]
    assert styles_between(drawn(3, 0.8), drawn(7, 0.4)) == [(3, 0.4), (None, 1.0), (7, 0.2)]


def test_codes_of_another_model_are_forgotten() -> None:
    key = KeyFrame((1.0, 2.0), Style.of({2: (1.0, 0.0)}, axes=(1.0,), sample=4))
    assert Film((key,)).without_codes().keys == (KeyFrame((1.0, 2.0), Style.of({2: (1.0, 0.0)})),)


@pytest.mark.parametrize(
    "make",
    [
        lambda: KeyFrame(()),
        lambda: KeyFrame((0.0, 0.0)),
        lambda: KeyFrame((1.0, float("nan"))),
        lambda: KeyFrame((1.0,), Style(((2, (1.0, 1.0)),))),
        lambda: Film(seconds=0.05),
        lambda: Film(seconds=float("nan")),
        lambda: Film(easing="bounce"),
        lambda: Film((KeyFrame((1.0,)), KeyFrame((1.0, 1.0)))),
        lambda: Film((KeyFrame((1.0,)),) * 257),
        lambda: Film().at(0),
        lambda: Film().times(0),
    ],
)
def test_what_makes_no_film_is_refused(make) -> None:
    with pytest.raises(ValueError):
        make()


def test_a_film_without_keys_has_no_frames() -> None:
    assert Film().times(25) == []
    assert Film(loops=True).length == 0
    assert KeyFrame((1.0,)).style == PLAIN
