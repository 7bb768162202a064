"""Data sets in the layouts of their authors, read directly."""

import random
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.conditions.pose import write_pose
from engine.conditions.pose_maps import pose_planes
from engine.conditions.published import STICK, STICK_HD
from engine.data.chance import Chance
from engine.data.layouts.ade20k import Ade20k
from engine.data.layouts.celebahq import GLASSES, PARTS, CelebaMaskHq
from engine.data.layouts.deepfashion import DeepFashion, DeepFashionHd, same_person
from engine.data.layouts.listed import HARD
from engine.data.layouts.registry import LAYOUTS, find_layout
from engine.data.pairs import draw_pairs
from engine.data.photo_set import PhotoSet
from engine.data.posed_pairs import draw_posed_pairs
from engine.data.posed_set import PosedSet
from engine.errors import InputError
from engine.images import write_image
from tests.engine.layout_folders import make_ade20k, make_celebahq, make_deepfashion, small_domain, write_list
from tests.reference.parity import parity_folder

ADE20K, CELEBAHQ = small_domain("ade", 151), small_domain("celeba", 19)
POSED = small_domain("deep", 11, condition="pose")
ONE_LEVEL = 1  # what another JPEG decoder or resizer may make of it


@pytest.mark.parametrize("beside", [False, True])
def test_ade20k_in_both_arrangements(tmp_path: Path, beside: bool) -> None:
    photos = Ade20k(make_ade20k(tmp_path, 3, beside), ADE20K, "train")
    assert photos.names == [f"ADE_train_{i:08}.jpg" for i in (1, 2, 3)]
    photo, labels = photos.read(photos.names[0])
    assert photo.shape == (96, 64, 3) and labels.shape == (96, 64)
    assert labels[0, 0] == 150 and labels.min() > 0  # 255 in the file
    assert photos.read(photos.names[1])[1][0, 0] == 0
    held_out = Ade20k(tmp_path, ADE20K, "val")
    assert held_out.partners("ADE_val_00000002.jpg") == photos.names  # of the other split
    assert held_out.read(photos.names[0])[1].max() == 150


def test_images_folder_alone_is_ade20k_too(tmp_path: Path) -> None:
    make_ade20k(tmp_path, 2, beside=True)
    for name in ("ade20k_ref.txt", "ade20k_ref_test.txt"):
        (tmp_path / "images" / "data").mkdir(exist_ok=True)
        shutil.move(tmp_path / name, tmp_path / "images" / "data" / name)
    photos = Ade20k(tmp_path / "images", ADE20K, "train")
    assert photos.partners("ADE_train_00000001.jpg") == ["ADE_train_00000002.jpg"]


def test_easy_and_hard_exemplars_are_drawn_as_published(tmp_path: Path) -> None:
    photos = Ade20k(make_ade20k(tmp_path, 4), ADE20K, "train")
    dice = random.Random(3)
    drawn = Counter(photos.exemplar_for("ADE_train_00000001.jpg", dice) for _ in range(2000))
    assert set(drawn) == {"ADE_train_00000002.jpg", "ADE_train_00000004.jpg"}  # first and last of the list
    assert drawn["ADE_train_00000004.jpg"] / 2000 == pytest.approx(HARD, abs=0.04)


def test_foreign_ids_come_with_their_histogram(tmp_path: Path) -> None:
    make_ade20k(tmp_path, 2)
    path = tmp_path / "annotations" / "training" / "ADE_train_00000001.png"
    labels = np.zeros((96, 64), np.uint8)
    labels[2, :7], labels[5, :3] = 200, 199
    Image.fromarray(labels).save(path)
    with pytest.raises(InputError, match=r"00000001\.png has class id 200 .*0 to 150 .*200 in 7 pixels, 199 in 3"):
        Ade20k(tmp_path, ADE20K, "train").read("ADE_train_00000001.jpg")
    write_image(path, np.zeros((96, 64, 3), np.uint8))
    with pytest.raises(InputError, match="RGB image; take the annotations of ADEChallengeData2016"):
        Ade20k(tmp_path, ADE20K, "train").read("ADE_train_00000001.jpg")
    write_image(path, np.zeros((9, 6), np.uint8))
    with pytest.raises(InputError, match="not of its photo's size"):
        Ade20k(tmp_path, ADE20K, "train").read("ADE_train_00000001.jpg")


def test_missing_files_and_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.jpg in .*training"):
        Ade20k(tmp_path, ADE20K, "train")
    make_ade20k(tmp_path, 2)
    with pytest.raises(InputError, match="splits train and val, and no test"):
        Ade20k(tmp_path, ADE20K, "test")
    (tmp_path / "annotations" / "training" / "ADE_train_00000002.png").unlink()
    with pytest.raises(InputError, match="no exemplar of ADE_train_00000001.jpg that is there"):
        Ade20k(tmp_path, ADE20K, "train")
    (tmp_path / "ade20k_ref.txt").unlink()
    with pytest.raises(InputError, match=r"no list of exemplars .*ade20k_ref\.txt; .*main\.py pairs"):
        Ade20k(tmp_path, ADE20K, "train")
    photos = Ade20k(tmp_path, ADE20K, "train", paired=False)
    with pytest.raises(InputError, match=r"00000002\.png"):
        photos.read("ADE_train_00000002.jpg")


def test_our_own_pairs_stand_in_for_the_published_list(tmp_path: Path) -> None:
    make_celebahq(tmp_path, 2)
    (tmp_path / "celebahq_ref.txt").unlink()
    (tmp_path / "pairs.json").write_text('{"1999.jpg": ["2000.jpg"], "2000.jpg": ["1999.jpg"]}')
    assert CelebaMaskHq(tmp_path, CELEBAHQ, "train").partners("1999.jpg") == ["2000.jpg"]


def test_parts_of_a_face_and_their_merged_map_are_the_same(tmp_path: Path) -> None:
    parts = CelebaMaskHq(make_celebahq(tmp_path / "parts"), CELEBAHQ, "train")
    merged = CelebaMaskHq(make_celebahq(tmp_path / "merged", merged=True), CELEBAHQ, "train")
    assert parts.names == merged.names == ["1999.jpg", "2000.jpg", "2001.jpg"]
    for name in parts.names:
        photo, labels = parts.read(name)
        assert photo.shape == (128, 128, 3) and labels.shape == (64, 64)
        assert np.array_equal(labels, merged.read(name)[1]) and len(np.unique(labels)) > 5
        assert (labels[20:24, 20:40] == PARTS.index(GLASSES)).all() == (name == "1999.jpg")


def test_faces_without_masks_and_odd_lists_are_named(tmp_path: Path) -> None:
    make_celebahq(tmp_path, 2)
    shutil.rmtree(tmp_path / "CelebAMask-HQ-mask-anno" / "1")
    photos = CelebaMaskHq(tmp_path, CELEBAHQ, "train", paired=False)
    with pytest.raises(InputError, match=r"no mask of 2000\.jpg, such as .*02000_skin\.png"):
        photos.read("2000.jpg")
    (tmp_path / "train.txt").write_text("one")
    with pytest.raises(InputError, match=r"train\.txt names 'one'"):
        CelebaMaskHq(tmp_path, CELEBAHQ, "train", paired=False)


def test_deepfashion_with_missing_keypoints_and_nobody(tmp_path: Path) -> None:
    photos = DeepFashion(make_deepfashion(tmp_path), "train")
    assert len(photos.names) == 4 and all(name.startswith("img/WOMEN/") for name in photos.names)
    photo, pose = photos.read("img/WOMEN/Dresses/id_00000000/01_2_back.jpg")
    assert photo.shape == (96, 64, 3) and pose.shape == (1, 18, 3)
    assert not pose[0, 16].any() and not pose[0, 4].any() and pose[0, 0].any()
    name = "img/WOMEN/Dresses/id_00000001/01_1_front.jpg"
    same, other = "img/WOMEN/Dresses/id_00000001/01_2_back.jpg", "img/WOMEN/Dresses/id_00000000/01"
    assert photos.partners(name) == [same, f"{other}_2_back.jpg", f"{other}_1_front.jpg"]
    assert {photos.exemplar_for(name, random.Random(i)) for i in range(20)} == {same}


def test_the_published_self_pairs_come_first_where_they_are(tmp_path: Path) -> None:
    make_deepfashion(tmp_path)
    name, other = (f"img/WOMEN/Dresses/id_0000000{i}/01_1_front.jpg" for i in (0, 1))
    write_list(tmp_path / "deepfashion_self_pair.txt", [[name, other]])
    photos = DeepFashion(tmp_path, "train")
    assert {photos.exemplar_for(name, random.Random(i)) for i in range(20)} == {other}
    assert photos.exemplar_for(other, random.Random(0)) in photos.partners(other)


def test_the_same_person_by_file_names() -> None:
    names = [f"img/MEN/Denim/id_00000265/{name}.jpg" for name in ("01_1_front", "01_2_side", "02_1_front")]
    assert same_person([*names, "img/MEN/Denim/id_00000266/01_1_front.jpg"]) == {
        names[0]: [names[1]],
        names[1]: [names[0]],
    }


def test_poses_of_a_single_point_or_a_foreign_canvas(tmp_path: Path) -> None:
    make_deepfashion(tmp_path)
    name = "WOMEN/Dresses/id_00000000/01_1_front"
    pose = np.zeros((1, 18, 3))
    pose[0, 0] = (12, 20, 0.5)
    write_pose(tmp_path / "pose" / f"{name}_candidate.txt", pose)  # one row, which the released loaders trip over
    assert np.allclose(DeepFashion(tmp_path, "train").read(f"img/{name}.jpg")[1], pose)
    write_pose(tmp_path / "pose" / f"{name}_candidate.txt", pose * [16, 1, 1])
    with pytest.raises(InputError, match=r"01_1_front\.jpg lies outside .* deepfashion-hd"):
        DeepFashion(tmp_path, "train").read(f"img/{name}.jpg")
    (tmp_path / "pose" / f"{name}_subset.txt").unlink()
    with pytest.raises(InputError, match=r"01_1_front_subset\.txt"):
        DeepFashion(tmp_path, "train")


def test_the_high_resolution_is_filled_up_and_its_poses_scaled(tmp_path: Path) -> None:
    plain = DeepFashion(make_deepfashion(tmp_path / "plain"), "train")
    hd = DeepFashionHd(make_deepfashion(tmp_path / "hd", hd=True), "train")
    name = plain.names[0]
    photo, pose = hd.read(name)
    assert photo.shape == (96, 96, 3) and (photo[:, :16] == 232).all() and (photo[:, -16:] == 232).all()
    assert np.allclose(pose, plain.read(name)[1] + [16, 0, 0])


def test_training_pairs_come_out_of_every_layout(tmp_path: Path) -> None:
    for make, domain, layout in ((make_ade20k, ADE20K, Ade20k), (make_celebahq, CELEBAHQ, CelebaMaskHq)):
        photos = PhotoSet(make(tmp_path / domain.name), domain, "train", layout)
        pairs = draw_pairs(photos, 3, Chance.of_step(0, 0, 0))
        assert pairs.target.shape == (3, 3, 64, 64) and pairs.exemplar_labels.shape == (3, 64, 64)
        assert not torch.equal(pairs.target, pairs.exemplar)
    posed = PosedSet(make_deepfashion(tmp_path / "deep"), POSED, "train", DeepFashion)
    pairs = draw_posed_pairs(posed, 3, Chance.of_step(0, 0, 0))
    assert pairs.target.shape == (3, 3, 64, 64) and pairs.labels.unique().numel() > 4


def test_a_layout_must_have_what_the_domain_is_conditioned_on() -> None:
    assert LAYOUTS == ("labels", "ade20k", "celebahq", "deepfashion", "deepfashion-hd")
    with pytest.raises(InputError, match="ade is conditioned on label maps and the layout deepfashion has none"):
        find_layout("deepfashion", ADE20K)
    with pytest.raises(InputError, match="deep is conditioned on poses and the layout celebahq has none"):
        find_layout("celebahq", POSED)


def test_ade20k_gives_the_published_inputs(tmp_path: Path) -> None:
    source = parity_folder() / "inputs" / "ade20k"
    for path in source.glob("ADE_*.*g"):
        split = "validation" if "_val_" in path.name else "training"
        (tmp_path / split).mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / split / path.name)
    for split in ("train", "val"):
        domain = small_domain("ade", 151, (256, 256))
        photos = PhotoSet(tmp_path, domain, split, lambda *given: Ade20k(*given, paired=False))
        assert len(photos.names) == 2
        for name in photos.names:
            stored = np.load(source / f"{Path(name).stem}.npz")
            photo, labels = photos.read(name)
            assert np.array_equal(labels.numpy(), stored["label_ids"])
            assert np.abs(photo.numpy().astype(int) - stored["image_u8"]).max() <= ONE_LEVEL


def test_celebahq_gives_the_published_inputs(tmp_path: Path) -> None:
    source = parity_folder() / "inputs" / "celebahq"
    numbers = sorted(path.stem for path in source.glob("*.jpg"))
    masks = tmp_path / "CelebAMask-HQ-mask-anno"
    for folder in (tmp_path / "CelebA-HQ-img", masks / "all_parts_except_glasses", masks / "14"):
        folder.mkdir(parents=True)
    for number in numbers:
        shutil.copy(source / f"{number}.jpg", tmp_path / "CelebA-HQ-img" / f"{int(number)}.jpg")
        shutil.copy(source / f"{number}.png", masks / "all_parts_except_glasses")
    (tmp_path / "train.txt").write_text("\n".join(str(int(number)) for number in numbers))
    domain = small_domain("celeba", 19, (256, 256))

    def check(number: str, case: str) -> None:
        photos = PhotoSet(tmp_path, domain, "train", lambda *given: CelebaMaskHq(*given, paired=False))
        stored = np.load(source / f"{case}.npz")
        photo, labels = photos.read(f"{int(number)}.jpg")
        glasses = stored["glasses"].astype(bool)
        assert np.array_equal(labels.numpy(), np.where(glasses, PARTS.index(GLASSES), stored["label_ids"]))
        if "image_u8" in stored:
            assert np.abs(photo.numpy().astype(int) - stored["image_u8"]).max() <= ONE_LEVEL

    for number in numbers:
        check(number, number)
    shutil.copy(source / "29922__synthetic_glasses_eye_g.png", masks / "14" / "29922_eye_g.png")
    check("29922", "29922__synthetic_glasses")


@pytest.mark.parametrize("canvas", ["256", "hd"])
def test_deepfashion_gives_the_published_inputs(tmp_path: Path, canvas: str) -> None:
    source = parity_folder() / "inputs" / f"deepfashion_{canvas}"
    cases = sorted(path.stem for path in source.glob("*.npz") if not path.stem.endswith("__fractional"))
    names = [f"img/{case.replace('__', '/')}.jpg" for case in cases]
    for case, name in zip(cases, names, strict=True):
        pose = tmp_path / name.replace("img/", "pose/", 1).removesuffix(".jpg")
        photo = tmp_path / name
        for folder in (pose.parent, photo.parent):
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(parity_folder() / "inputs" / "deepfashion_256" / f"{case}.jpg", photo)
        for ending in ("candidate", "subset"):
            shutil.copy(source / f"{case}_{ending}.txt", f"{pose}_{ending}.txt")
    write_list(tmp_path / "train.txt", [[name] for name in names])
    photos = (DeepFashion if canvas == "256" else DeepFashionHd)(tmp_path, "train", paired=False)
    assert photos.names == names
    for case, name in zip(cases, names, strict=True):
        photo, pose = photos.read(name)
        stored = np.load(source / f"{case}.npz")["label_u8"]
        if canvas == "256":
            planes = pose_planes(pose[0], photo.shape[:2], STICK, 256)
        else:
            planes = pose_planes(pose[0] * [1024 / 256, 1024 / 256, 1], (1024, 1024), STICK_HD, 512)
        assert np.array_equal(planes[:3], stored[:3])
        assert np.abs(planes.astype(int) - stored).max() <= ONE_LEVEL
