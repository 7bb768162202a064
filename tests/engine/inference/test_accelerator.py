"""What a device asks of the session, as far as a machine without a GPU tells: precision, transfers, memory."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import main
from engine.devices import pick_device
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference import compiling, transfer
from engine.inference.accelerator import Accelerator, Clock, is_out_of_memory
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.inference.transfer import downloaded, uploaded
from engine.models.rabit import Rabit
from tests.engine.figures import STILL, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights

SIZE = (96, 64)
LARGER = (192, 128)  # a dab in a corner reaches the other no more
FULL = "CUDA out of memory. Tried to allocate 2.00 GiB."


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=SIZE[::-1]))
        yield


def _state(seed: int = 1, size: tuple[int, int] = SIZE) -> EditState:
    labels = Pixels(moved_person(STILL, *size)[0].numpy())
    photo = ((photo_like(seed, *size)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    return EditState("tiny", "rabit", labels, (Exemplar(Pixels(photo), labels, "one"),), (1.0,))


@pytest.mark.parametrize(("name", "remedy"), [("cuda", "No CUDA device"), ("mps", "No MPS device")])
def test_a_device_that_is_absent_is_named(monkeypatch: pytest.MonkeyPatch, name: str, remedy: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match=f"{remedy}.*--device"):
        pick_device(name)


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu"), (True, False, "cuda")]
)
def test_auto_takes_the_quickest(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, best: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert pick_device("auto").type == best


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_half_precision_changes_no_match_and_hardly_a_colour(half: torch.dtype) -> None:
    plain, mixed = Session("cpu"), Session("cpu")
    for session in (plain, mixed):
        session._accelerator.makes_whole_pictures = True
    mixed._accelerator._half = half
    one, other = plain.render(_state()), mixed.render(_state())
    assert np.array_equal(one.correspondence, other.correspondence) and np.array_equal(one.warp, other.warp)
    away = np.abs(one.image.astype(int) - other.image)
    assert away.sum() > 0 and away.max() <= 2


def test_the_networks_do_run_in_half_precision() -> None:
    seen: dict[str, torch.dtype] = {}
    session = Session("cpu")
    session._accelerator.makes_whole_pictures, session._accelerator._half = True, torch.bfloat16
    network = session._translator("tiny", "rabit")
    for name, part in network.named_modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_hook(lambda part, args, result, name=name: seen.update({name: result.dtype}))
    session.render(_state())
    low = {name.split(".")[0] for name, dtype in seen.items() if dtype == torch.bfloat16}
    full = {name for name, dtype in seen.items() if dtype == torch.float32}
    assert low >= {"condition_encoder", "values", "generator"}
    assert "generator.paint" in full
    assert not any(name.startswith(("condition_extractor", "exemplar_extractor", "refinement")) for name in low)


def test_arrays_come_back_as_they_went() -> None:
    array = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    array.setflags(write=False)
    tensor = uploaded(array, torch.device("cpu"))
    assert np.array_equal(downloaded({"a": tensor.permute(1, 0, 2), "b": None})["a"], array.transpose(1, 0, 2))
    tensor.zero_()
    assert array.any(), "a copy"


def test_to_cuda_arrays_go_by_pinned_memory_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The border to the device is played: what is asked of it is what is checked."""
    asked: list[tuple] = []

    class Waiting(torch.Tensor):
        def to(self, device: torch.device, non_blocking: bool = False) -> torch.Tensor:
            asked.append((device.type, non_blocking, self.tolist()))
            return self

    monkeypatch.setattr(
        transfer, "_pinned", lambda shape, dtype: torch.empty(tuple(shape), dtype=dtype).as_subclass(Waiting)
    )
    array = np.array([[1, 2], [3, 4]], np.uint8)
    array.setflags(write=False)
    uploaded(array, torch.device("cuda"))
    assert asked == [("cuda", True, [[1, 2], [3, 4]])]


@pytest.mark.parametrize(
    ("error", "is_it"),
    [
        (torch.OutOfMemoryError(FULL), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"), True),
        (MemoryError(), True),
        (RuntimeError("shape mismatch"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_full_memory_is_told_from_other_errors(error: Exception, is_it: bool) -> None:
    assert is_out_of_memory(error) == is_it


def _failing(monkeypatch: pytest.MonkeyPatch, times: int, error: Exception) -> None:
    real, left = Rabit.align_asked, iter(range(times))

    def align(self: Rabit, *inputs: object) -> object:
        if next(left, None) is not None:
            raise error
        return real(self, *inputs)

    monkeypatch.setattr(Rabit, "align_asked", align)


def _whole() -> Session:
    session = Session("cpu")
    session._accelerator.makes_whole_pictures = True
    return session


def test_when_memory_is_full_what_is_kept_is_given_back_and_the_frame_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session, wanted = _whole(), _whole().render(_state(2))
    session.render(_state(1))
    freed: list[float] = []
    monkeypatch.setattr(session._accelerator, "free", lambda: freed.append(session.memory))
    _failing(monkeypatch, 1, torch.OutOfMemoryError(FULL))
    with caplog.at_level(logging.WARNING):
        frame = session.render(_state(2))
    assert freed == [0.0] and "Tried to allocate" in caplog.text
    assert np.array_equal(frame.image, wanted.image) and frame.notice.startswith("Memory was full (cpu)")
    assert session.render(_state(3)).notice == ""


def test_a_picture_that_no_memory_holds_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    session = _whole()
    _failing(monkeypatch, 2, torch.OutOfMemoryError(FULL))
    with pytest.raises(InputError, match="--device cpu, or a smaller canvas"):
        session.render(_state())
    assert session.render(_state()).exact


def test_what_mps_lacks_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, 1, NotImplementedError("aten::foo is not currently implemented for the MPS device."))
    with pytest.raises(InputError, match="PYTORCH_ENABLE_MPS_FALLBACK=1"):
        _whole().render(_state())


def test_other_faults_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, 1, RuntimeError("shape mismatch"))
    with pytest.raises(RuntimeError, match="shape mismatch"):
        _whole().render(_state())


def test_the_clock_tells_each_stage() -> None:
    clock = Clock(torch.device("cpu"))
    clock.lap("encode")
    clock.lap("align")
    timings = clock.timings()
    assert list(timings) == ["encode", "align", "total"]
    assert 0 <= timings["encode"] + timings["align"] <= timings["total"]


def test_whole_pictures_run_compiled_and_dabs_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[tuple[int, ...]] = []

    def backend(graph: torch.fx.GraphModule, inputs: list[torch.Tensor]) -> Callable:
        def run(*arguments: torch.Tensor) -> object:
            compiled.append(tuple(arguments[0].shape))
            return graph.forward(*arguments)

        return run

    monkeypatch.setattr(compiling, "BACKEND", backend)
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=LARGER[::-1]))
    plain, session = Session("cpu"), Session("cpu", compile=True)
    compiled.clear()
    state = _state(size=LARGER)
    assert np.array_equal(session.render(state).image, plain.render(state).image)
    parts = len(session._translator("tiny", "rabit").parts_to_compile())
    assert len(compiled) >= parts
    compiled.clear()
    labels = state.labels.array.copy()
    labels[40:44, 20:24] = 5
    dabbed = replace(state, labels=Pixels(labels))
    held = session.render(dabbed, hold=True)
    assert not held.exact and not compiled
    assert np.array_equal(held.image, plain.render(dabbed, hold=True).image)
    assert session.render(dabbed).exact and compiled, "at rest the whole picture is made anew"


def test_without_a_compiler_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*inputs: object) -> None:
        raise RuntimeError("No working C++ compiler found")

    monkeypatch.setattr(compiling, "BACKEND", broken)
    torch._dynamo.reset()
    with pytest.raises(InputError, match="--compile needs a C.. compiler.*or do without"):
        Session("cpu", compile=True)


def test_threads_are_as_many_as_are_asked_for() -> None:
    before = torch.get_num_threads()
    try:
        Session("cpu", threads=2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert main.main(["render", "--threads", "0"]) == 2


def test_only_cuda_records_and_makes_whole_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    old = Accelerator(torch.device("cuda"))
    assert old._half == torch.float16 and old.makes_whole_pictures and old._record is not None
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    assert Accelerator(torch.device("cuda"))._half == torch.bfloat16
    for name in ("cpu", "mps"):
        other = Accelerator(torch.device(name))
        assert other._half is None and not other.makes_whole_pictures and other._record is None
