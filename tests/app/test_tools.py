import numpy as np
import pytest

from app.document import Document
from app.tools import (
    TOOLS,
    BrushTool,
    EraserTool,
    FillTool,
    LassoTool,
    LineTool,
    PickerTool,
    PolygonTool,
    Tool,
    ToolSettings,
)
from brushes.stroke import stroke_patch
from tests.app.factories import make_document


@pytest.fixture
def document() -> Document:
    document = make_document()
    document.set_labels(np.zeros((40, 50), dtype=np.uint8))
    document.active_class = 6
    return document


def painted(document: Document) -> np.ndarray:
    return document.labels == 6


def test_a_brush_paints_between_the_places_it_was_seen_at(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(4))
    brush.press(5, 20)
    brush.move(45, 20)
    brush.release(45, 20)
    assert (painted(document).sum(axis=0)[5:45] == 4).all()
    assert document.undo_names[-1] == "Brush"


def test_a_click_makes_a_dab(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(30))
    brush.press(20, 20)
    brush.release(20, 20)
    assert painted(document).sum() == 716


def test_a_brush_paints_while_it_moves_and_esc_takes_it_all_back(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(5))
    brush.press(5, 5)
    brush.move(20, 20)
    assert painted(document).any() and brush.is_busy
    brush.abort()
    brush.move(30, 5)
    brush.release(30, 5)
    assert not painted(document).any()
    assert document.undo_names == ["Open label map"]


def test_a_brush_that_only_hovers_paints_nothing(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(5))
    brush.move(20, 20)
    brush.release(20, 20)
    assert not painted(document).any()


def test_a_stroke_may_leave_the_map_and_come_back(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(3))
    brush.press(-20, -20)
    brush.move(-20, 60)
    assert not painted(document).any()
    brush.move(10, 20)
    brush.release(10, 20)
    assert painted(document)[20, 9]


def test_a_project_loaded_mid_stroke_is_not_painted_on(document: Document) -> None:
    brush = BrushTool(document, ToolSettings(5))
    brush.press(5, 5)
    document.load(make_document().snapshot())
    before = document.labels.copy()
    brush.move(10, 10)
    brush.release(12, 12)
    assert (document.labels == before).all()
    assert not document.can_undo


def test_the_eraser_leaves_background_or_the_original(document: Document) -> None:
    settings = ToolSettings(9)
    document = make_document()
    original = document.original_labels
    eraser = EraserTool(document, settings)
    eraser.press(10, 10)
    eraser.release(10, 10)
    dab = stroke_patch([(10, 10)], 9, document.labels.shape)
    assert (document.labels[dab.box[1] : dab.box[3], dab.box[0] : dab.box[2]][dab.mask] == 0).all()
    document.labels[:] = 18
    settings.erases_to_original = True
    eraser.press(10, 10)
    eraser.release(10, 10)
    back = document.labels != 18
    assert (document.labels[back] == original[back]).all()
    assert back.sum() == dab.mask.sum() - (original[10 - 5 : 10 + 5, 5:15] == 18).sum()


def test_a_fill_covers_the_area_under_the_pointer(document: Document) -> None:
    document.labels[10:20, 10:30] = 2
    FillTool(document, ToolSettings()).press(15, 15)
    assert painted(document).sum() == 200
    FillTool(document, ToolSettings()).press(-3, 15)
    assert document.undo_names[1:] == ["Fill"]


def test_a_polygon_is_filled_by_enter(document: Document) -> None:
    polygon = PolygonTool(document, ToolSettings())
    for corner in [(10, 10), (30, 10), (30, 25)]:
        polygon.press(*corner)
        polygon.release(*corner)
    polygon.move(10, 25)
    assert polygon.outline == [(10, 10), (30, 10), (30, 25), (10, 25)]
    assert not painted(document).any()
    polygon.press(10, 25)
    polygon.move(48, 38)
    polygon.finish()
    assert painted(document)[10:25, 10:30].all()
    assert painted(document).sum() == 15 * 20
    assert not polygon.is_busy


def test_a_double_click_sets_the_last_corner_and_fills(document: Document) -> None:
    polygon = PolygonTool(document, ToolSettings())
    for corner in [(10, 10), (30, 10), (30, 25), (10, 25)]:
        polygon.press(*corner)
        polygon.release(*corner)
    polygon.finish()
    polygon.release(10, 25)
    assert painted(document).sum() == 15 * 20
    assert document.undo_names[1:] == ["Polygon"]


def test_a_lasso_fills_what_it_encloses(document: Document) -> None:
    lasso = LassoTool(document, ToolSettings())
    lasso.press(10, 10)
    for place in [(30, 10), (30, 25), (10, 25)]:
        lasso.move(*place)
    assert len(lasso.outline) == 4
    lasso.release(10, 25)
    assert painted(document).sum() == 15 * 20
    assert lasso.outline == []


def test_a_line_is_straight_from_press_to_release(document: Document) -> None:
    line = LineTool(document, ToolSettings(2))
    line.press(5, 10)
    line.move(20, 35)
    line.move(45, 10)
    assert line.outline == [(5, 10), (45, 10)]
    line.release(45, 10)
    assert (painted(document).sum(axis=0)[5:45] == 2).all()
    assert painted(document).sum() == 80 + 4, "round ends reach one pixel further"


def test_the_picker_takes_the_class_under_the_pointer(document: Document) -> None:
    document.labels[5, 7] = 12
    picker = PickerTool(document, ToolSettings())
    picker.press(7.5, 5.5)
    assert document.active_class == 12
    picker.press(-1, 5)
    assert document.active_class == 12
    assert document.undo_names == ["Open label map"]


@pytest.mark.parametrize("tool_class", [PolygonTool, LassoTool, LineTool])
def test_esc_drops_an_unfinished_shape(document: Document, tool_class: type[Tool]) -> None:
    tool = tool_class(document, ToolSettings())
    tool.press(5, 5)
    tool.move(20, 5)
    tool.move(20, 20)
    assert tool.is_busy
    tool.abort()
    tool.release(20, 20)
    tool.finish()
    assert not painted(document).any()
    assert not tool.is_busy


def test_every_tool_has_a_name_of_its_own() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


@pytest.mark.parametrize(("wanted", "got"), [(0, 1), (-3, 1), (12.6, 13), (900, 200)])
def test_brush_sizes_are_held_within_bounds(wanted: float, got: int) -> None:
    settings = ToolSettings()
    settings.brush_size = wanted
    assert settings.brush_size == got
