"""What full size gains on enlarging: python -m tests.benchmarks.full_size_gain --data DIR [--limit N] [--times K]

The mirror protocol of `evaluate` on held-out photos, enlarged with their exemplars; PSNR over the person, SSIM and SWD
of the picture that the default translator paints on its grid and that is enlarged, and of the one at full size.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from engine.domains import find_domain
from engine.evaluation.metrics import psnr, ssim, swd
from engine.evaluation.protocols import Case, cases_of, photos_of
from engine.inference.session import Session


def enlarged_cases(data: Path, limit: int, times: int) -> Iterator[Case]:
    """The first cases of the mirror protocol, all pictures so many times as wide and high."""

    def enlarged(picture: np.ndarray, how: int) -> np.ndarray:
        return cv2.resize(picture, None, fx=times, fy=times, interpolation=how)

    domain = find_domain("fashion")
    for case in cases_of(photos_of(data, domain, "val"), domain, "mirror", limit):
        photos = {name: enlarged(getattr(case, name), cv2.INTER_CUBIC) for name in ("truth", "exemplar")}
        labels = {name: enlarged(getattr(case, name), cv2.INTER_NEAREST) for name in ("labels", "exemplar_labels")}
        yield replace(case, **photos, **labels)


def measure(data: Path, limit: int, times: int) -> None:
    """Print a line for each of the two pictures."""
    session, figures = Session("cpu"), {False: [], True: []}
    for case in enlarged_cases(data, limit, times):
        state = case.state("fashion", "rabit")
        for full_size, rows in figures.items():
            frame = session.render(replace(state, full_size=full_size))
            assert frame is not None
            image, person = frame.image, case.labels > 0
            rows.append((psnr(image, case.truth, person), ssim(image, case.truth), swd(image, case.truth)))
    for full_size, rows in figures.items():
        likeness = "{:.2f} / {:.3f} / {:.2f}".format(*np.mean(rows, 0))
        print(f"{'full size' if full_size else 'enlarged':<10} {likeness}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=6)
    parser.add_argument("--times", type=int, default=2)
    chosen = parser.parse_args()
    measure(chosen.data, chosen.limit, chosen.times)
