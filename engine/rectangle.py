"""Rectangles of whole pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rectangle:
    """Pixels of a picture, `bottom` and `right` not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def area(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, shape: tuple[int, int]) -> "Rectangle":
        """The part inside of a picture of (height, width)."""
        return Rectangle(max(self.top, 0), max(self.left, 0), min(self.bottom, shape[0]), min(self.right, shape[1]))

    def seen_from(self, other: "Rectangle") -> "Rectangle":
        """The same pixels, counted from the corner of another one."""
        return Rectangle(self.top - other.top, self.left - other.left, self.bottom - other.top, self.right - other.left)

    def grown(self, pixels: int) -> "Rectangle":
        """Larger by so many pixels on all sides."""
        return Rectangle(self.top - pixels, self.left - pixels, self.bottom + pixels, self.right + pixels)
