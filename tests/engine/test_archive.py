"""Archives: what is written comes back, what is hostile or damaged is refused in one sentence."""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import engine.archive
from engine.archive import ArchiveKind, MemberName, Strict, member_image, open_archive, write_archive
from engine.domains import FASHION
from engine.errors import InputError

KIND = ArchiveKind("card", "card.json", version=1, max_members=6)

Members = dict[str, bytes]


class CardFile(Strict):
    version: int
    domain: str
    labels: MemberName


PHOTO = np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3)
LABELS = (np.arange(6 * 5, dtype=np.uint8) % len(FASHION.classes)).reshape(6, 5)
CARD = CardFile(version=1, domain="fashion", labels="labels.png")
IMAGES = {"photo.png": member_image(PHOTO, FASHION), "labels.png": member_image(LABELS, FASHION)}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "cards" / "good.card"
    write_archive(path, KIND, CARD, IMAGES)
    return path


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with open_archive(path, KIND) as archive:
        manifest = archive.manifest(CardFile)
        photo = archive.photo("photo.png")
        return photo, archive.labels(manifest.labels, archive.domain(manifest.domain), photo.shape[:2])


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, members: Members, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read(path)
    sentence = str(caught.value)
    assert path.name in sentence and "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_what_is_written_comes_back(card: Path) -> None:
    photo, labels = read(card)
    assert (photo == PHOTO).all() and (labels == LABELS).all()
    assert list(card.parent.iterdir()) == [card]


def test_label_members_can_be_looked_at(card: Path) -> None:
    image = Image.open(BytesIO(members_of(card)["labels.png"]))
    assert image.mode == "P"
    assert (np.array(image.convert("RGB")) == FASHION.palette[LABELS]).all()


def test_a_failed_write_keeps_the_old_file_and_no_rubbish(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = card.read_bytes()

    def full_disk(image: Image.Image) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine.archive, "_png", full_disk)
    with pytest.raises(InputError, match="no space left"):
        write_archive(card, KIND, CARD, IMAGES)
    assert card.read_bytes() == before
    assert list(card.parent.iterdir()) == [card]


def test_other_files_are_named(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.card")
    for name, content in (("text.card", b"hello"), ("empty.card", b"")):
        (tmp_path / name).write_bytes(content)
        assert "not a Warpaint card" in refused(tmp_path / name)
    (tmp_path / "folder.card").mkdir()
    refused(tmp_path / "folder.card")
    assert "lacks its card.json" in refused(pack(tmp_path / "bare.card", {}))


def test_part_of_a_file_is_refused(card: Path, tmp_path: Path) -> None:
    content = card.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        (tmp_path / "part.card").write_bytes(content[: int(len(content) * share)])
        refused(tmp_path / "part.card")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), length=st.integers(1, 40))
def test_damage_anywhere_is_refused_or_harmless(card: Path, position: float, value: int, length: int) -> None:
    content = bytearray(card.read_bytes())
    place = int(position * len(content))
    content[place : place + length] = bytes([value]) * length
    damaged = card.parent / "damaged.card"
    damaged.write_bytes(content[: card.stat().st_size])
    try:
        photo, labels = read(damaged)
    except InputError as error:
        assert "damaged.card" in str(error)
    else:
        assert (photo == PHOTO).all() and (labels == LABELS).all()


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "C:\\evil.png", "a//b.png", "~x"])
def test_hostile_names_are_refused(card: Path, tmp_path: Path, name: str) -> None:
    assert "names that no card has" in refused(pack(tmp_path / "hostile.card", members_of(card) | {name: b"x"}))
    members = members_of(card) | {"card.json": CARD.model_copy(update={"labels": name}).model_dump_json().encode()}
    assert "(labels: " in refused(pack(tmp_path / "hostile2.card", members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(card: Path) -> None:
    with zipfile.ZipFile(card, "a") as archive:
        archive.writestr("labels.png", b"another")
    assert "names that no card has" in refused(card)


def test_unknown_packing_and_encryption_are_refused(card: Path, tmp_path: Path) -> None:
    members = members_of(card)
    assert "packed in an unknown way" in refused(pack(tmp_path / "lzma.card", members, zipfile.ZIP_LZMA))
    content = bytearray(pack(tmp_path / "locked.card", members).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the first member's general purpose flags
    (tmp_path / "locked.card").write_bytes(content)
    assert "encrypted" in refused(tmp_path / "locked.card")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("card.json", b"{", "card.json"),
        ("card.json", b'{"version": 2, "news": 1}', "newer Warpaint"),
        ("card.json", b'{"version": "1"}', "(version: "),
        ("card.json", b'{"version": 1, "domain": "cats", "labels": "labels.png"}', "unknown domain 'cats'"),
        ("card.json", b" " * 2**21, "1024 KiB"),
        ("labels.png", b"no image", "damaged labels.png"),
    ],
)
def test_wrong_content_is_refused(card: Path, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert said in refused(pack(tmp_path / "wrong.card", members_of(card) | {name: content}))


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.full((6, 5), 19, np.uint8), "class id 19"),
        (np.zeros((6, 4), np.uint8), "another size"),
        (np.zeros((6, 5, 3), np.uint8), "wrong kind (RGB)"),
        (np.zeros((6, 5), np.uint16), "wrong kind (I;16)"),
    ],
)
def test_wrong_label_maps_are_refused(tmp_path: Path, labels: np.ndarray, said: str) -> None:
    write_archive(tmp_path / "wrong.card", KIND, CARD, IMAGES | {"labels.png": Image.fromarray(labels)})
    assert said in refused(tmp_path / "wrong.card")


def test_images_are_bounded_before_they_are_decoded(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = BytesIO()
    Image.new("RGB", (9000, 9000)).save(bomb, "PNG")
    path = pack(tmp_path / "bomb.card", members_of(card) | {"photo.png": bomb.getvalue()})
    monkeypatch.setattr(np, "array", lambda *_: pytest.fail("decoded"))
    assert "more than 64 megapixels" in refused(path)


def test_all_images_together_are_bounded(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.archive, "MAX_TOTAL_MEGAPIXELS", 0.00005)
    assert "in all" in refused(card)
    with pytest.raises(InputError, match="in all"):
        write_archive(card, KIND, CARD, IMAGES)


def test_unpacked_size_and_count_are_bounded(card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = members_of(card) | {f"extra/{n}.png": b"" for n in range(4)}
    assert "more than a card may" in refused(pack(tmp_path / "many.card", many))
    monkeypatch.setattr(engine.archive, "MAX_TOTAL_BYTES", 10_000)
    bomb = pack(tmp_path / "bomb.card", {"card.json": b" " * 20_000})
    assert bomb.stat().st_size < 1000
    assert "more than a card may" in refused(bomb)
