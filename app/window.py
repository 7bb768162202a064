"""The editor's window: puts canvases, docks, menus and engine together."""

import os
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QInputDialog,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolBar,
    QWidget,
)

from app import export, settings
from app.action_list import register
from app.actions import Actions
from app.analysis_job import Analyser, AnalysisFactory, shipped_analysis
from app.canvas.canvas import Canvas
from app.canvas.comparison_pane import ComparisonPane, Pair
from app.canvas.condition_canvas import ConditionCanvas
from app.canvas.header import Header, with_header
from app.canvas.result_canvas import ResultCanvas, ResultView
from app.canvas.segments import add_segments
from app.canvas.view import View
from app.comparison import Comparison
from app.dialogs.command_palette import CommandPalette
from app.dialogs.help import AboutBox, ShortcutsSheet
from app.dialogs.replace import ReplaceDialog
from app.dialogs.tour import Tour, TourStep
from app.docks.exemplars import ExemplarDock
from app.docks.film import FilmDock
from app.docks.frame import DockFrame
from app.docks.history import HistoryDock
from app.docks.palette import PaletteDock, toggle
from app.docks.pose import PoseDock
from app.docks.style.dock import StyleDock
from app.docks.style.presets import Presets
from app.document import Document
from app.files import Files
from app.first_steps import FirstSteps
from app.full_size import FullSize, FullSizeBar
from app.live import LivePreview
from app.model_box import ModelBox
from app.naming import named
from app.pose_finding import PoseFinder
from app.pose_menu import PoseMenu
from app.repainting import Repainter
from app.shared_engine import SharedEngine
from app.status import StatusBar
from app.theme import THEME
from app.tools import (
    LARGEST_BRUSH,
    SMALLEST_BRUSH,
    TOOLS,
    BrushTool,
    LineTool,
    PoseTool,
    Tool,
    ToolSettings,
)
from app.worker import SessionFactory, Worker
from engine.errors import InputError

TOOL_BAR = ("undo", "redo", "", *(f"tool-{kind.key()}" for kind in TOOLS), "", "fit", "run")
MODEL_PLACE = 2
"""The model stands in the status bar beside the time that it takes."""

LAYOUT_VERSION = 3
FIRST_SIZE = QSize(1440, 900)


class Window(QMainWindow):
    """Shows one document and keeps nothing that belongs to it."""

    def __init__(self, make_session: SessionFactory, make_analysis: AnalysisFactory = shipped_analysis) -> None:
        super().__init__()
        self.document = Document(parent=self)
        self.tool_settings = ToolSettings(int(settings.number("brush_size", 20)), parent=self)
        self.tool_settings.pressure_sizes = bool(settings.number("pressure_sizes", 1))
        self.view = View(self)
        self.condition = ConditionCanvas(self.document, self.tool_settings, self.view)
        self.result = ResultCanvas(self.view)
        self.palette_dock = PaletteDock(self.document)
        self.exemplar_dock = ExemplarDock(self.document)
        self.history_dock = HistoryDock(self.document)
        engine = SharedEngine(make_session)
        self.worker = Worker(lambda: engine, self)
        self.film_dock = FilmDock(self.document, engine)
        self.full_size = FullSize(self.document, engine, self)
        self.style_dock = StyleDock(self.document, self.worker)
        self.presets = Presets(self.document, self)
        self.live = LivePreview(self.document, self.worker, self)
        self.comparison = Comparison(self.document, engine, self.live, self)
        self.comparison_pane = ComparisonPane(self.document, self.comparison, self.result, self.view)
        analyser = Analyser(make_analysis, self)
        self.status = StatusBar(self.document)
        self.registry = Actions(self)
        self._tools: dict[type[Tool], Tool] = {kind: kind(self.document, self.tool_settings) for kind in TOOLS}
        pose_tool = self._tools[PoseTool]
        assert isinstance(pose_tool, PoseTool)
        self.pose_tool, self.posing = pose_tool, pose_tool.posing
        self.pose_dock = PoseDock(self.posing)
        self.files = Files(self.posing, self, analyser, self.full_size)
        self.pose_finder = PoseFinder(self.posing, analyser, self)
        self.repainter = Repainter(self.document, analyser, self)
        self.docks: list[DockFrame] = []
        self._hidden_panels: list[QWidget] = []
        self._other_class = 0
        self._picture_size: tuple[int, int] | None = None
        self._styled = (self.document.model, False)  # the model, and whether its style codes were edited
        self._sizes_alone: list[int] = []  # of the splitter, while another model's picture has part of the room
        self._started = False
        self._build_docks()
        register(self, self.registry)
        self.pose_dock.set_actions(self.registry)
        self.condition.show_pose(self.pose_tool)
        self._build()
        self._connect()
        self._show_document()
        self._show_comparison()
        self.registry["tool-brush"].trigger()
        self.registry[f"theme-{settings.theme()}"].setChecked(True)

    # Building.

    def _build(self) -> None:
        self.setMinimumSize(860, 560)
        self.setStatusBar(self.status)
        self.model_box = ModelBox(self.document, self.status)
        self.status.insertPermanentWidget(MODEL_PLACE, self.model_box)
        self.status.insertPermanentWidget(0, FullSizeBar(self.full_size, self.status))
        self._build_menus()
        self._build_tool_bar()
        self._build_centre()
        self._restore_layout()

    def _build_menus(self) -> None:
        menus = self.registry.fill_menu_bar(self.menuBar())
        self._recent = QMenu(self.tr("Open &recent"), self)
        self._recent.aboutToShow.connect(self._list_recent)
        menus[self.tr("&File")].insertMenu(self.registry["save"], self._recent)
        for title, name in (
            (self.tr("&File"), "open"),
            (self.tr("&File"), "export"),
            (self.tr("&File"), "quit"),
            (self.tr("&Edit"), "replace"),
            (self.tr("&Edit"), "run"),
            (self.tr("&View"), "compare-models"),
            (self.tr("&View"), "outline"),
            (self.tr("&View"), "fit"),
            (self.tr("&View"), "dock-classes"),
            (self.tr("&View"), "theme-system"),
            (self.tr("&Tools"), "smaller"),
            (self.tr("&Tools"), "pen-pressure"),
            (self.tr("E&xemplar"), "next-exemplar"),
            (self.tr("E&xemplar"), "remove-exemplar"),
            (self.tr("&Style"), "style-map"),
            (self.tr("&Style"), "load-style"),
            (self.tr("&Pose"), "pose-add"),
            (self.tr("&Pose"), "pose-keeps-lengths"),
            (self.tr("&Pose"), "pose-select-all"),
            (self.tr("&Pose"), "pose-delete"),
            (self.tr("&Help"), "about"),
        ):
            menus[title].insertSeparator(self.registry[name])

    def _build_tool_bar(self) -> None:
        bar = named(QToolBar(self.tr("Tools"), self, movable=False), "tools")
        bar.setIconSize(QSize(22, 22))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for name in TOOL_BAR:
            if name:
                bar.addAction(self.registry[name])
                bar.widgetForAction(self.registry[name]).setAccessibleName(self.registry[name].text().replace("&", ""))
            else:
                bar.addSeparator()
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self.tool_bar = bar

    def _build_centre(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False, handleWidth=5)
        splitter.addWidget(with_header(self._condition_header(), self.condition))
        self.pair = Pair()
        self.pair.addWidget(with_header(self._result_header(), self.result))
        self.pair.addWidget(self.comparison_pane)
        self.comparison_pane.set_actions(self.registry["swap-models"], self.registry["compare-models"])
        splitter.addWidget(self.pair)
        splitter.setSizes([1000, 1000])
        self.splitter = splitter
        self.centre = QStackedWidget()
        self.first_steps = FirstSteps(self.registry)
        self.first_steps.begin.clicked.connect(lambda: self.centre.setCurrentIndex(0))
        self.centre.addWidget(splitter)
        self.centre.addWidget(self.first_steps)
        self.setCentralWidget(self.centre)

    def _condition_header(self) -> Header:
        self.condition_header = header = Header(self.tr("Label map"))
        sizes = (SMALLEST_BRUSH, LARGEST_BRUSH)
        self.size_slider = header.add_slider("size", self.tr("Brush size ([ and ])"), sizes, 98)
        self.size_slider.setValue(self.tool_settings.brush_size)
        self.opacity_slider = header.add_slider("opacity", self.tr("Opacity of the label map"), (0, 100), 88)
        self.opacity_slider.setValue(int(settings.number("opacity", 70)))
        self.condition.set_opacity(self.opacity_slider.value() / 100)
        header.add_button(self.registry["outline"])
        return header

    def _result_header(self) -> Header:
        header = Header("")
        add_segments(header, [self.registry[f"view-{name}"] for name in ("result", "warp", "confidence", "compare")])
        header.row.addStretch(1)
        inner = Header("")
        inner.row.setContentsMargins(0, 2, 0, 2)
        inner.add_button(self.registry["heat-over-warp"])
        self.heat_slider = inner.add_slider("opacity", self.tr("Opacity of the confidence map"), (0, 100), 56)
        self.heat_slider.setValue(int(settings.number("heat_opacity", 65)))
        self._set_heat_opacity(self.heat_slider.value())
        self._heat_controls = inner
        header.row.addWidget(inner)
        inner.hide()
        header.add_button(self.registry["preserve"])
        return header

    def _build_docks(self) -> None:
        area = Qt.DockWidgetArea
        classes = self._add_dock(self.tr("Classes"), "classes", self.palette_dock, area.LeftDockWidgetArea)
        exemplars = self._add_dock(self.tr("Exemplars"), "exemplars", self.exemplar_dock, area.RightDockWidgetArea)
        history = self._add_dock(self.tr("History"), "history", self.history_dock, area.RightDockWidgetArea)
        pose = self._add_dock(self.tr("Pose"), "pose", self.pose_dock, area.LeftDockWidgetArea)
        self.tabifyDockWidget(classes, pose)
        self.setTabPosition(area.LeftDockWidgetArea, QTabWidget.TabPosition.North)
        classes.raise_()
        style = self._add_dock(self.tr("Style"), "style", self.style_dock, area.RightDockWidgetArea)
        self.tabifyDockWidget(exemplars, style)
        self.setTabPosition(area.RightDockWidgetArea, QTabWidget.TabPosition.North)
        exemplars.raise_()
        self.resizeDocks([classes, history], [226, 226], Qt.Orientation.Horizontal)
        self.resizeDocks([exemplars, history], [640, 170], Qt.Orientation.Vertical)
        film = self._add_dock(self.tr("Film"), "film", self.film_dock, area.BottomDockWidgetArea)
        film.hide()

    def _add_dock(self, title: str, name: str, content: QWidget, area: Qt.DockWidgetArea) -> DockFrame:
        dock = DockFrame(title, name, content, self)
        self.addDockWidget(area, dock)
        self.docks.append(dock)
        return dock

    def _connect(self) -> None:
        document = self.document
        document.history_changed.connect(self._show_history)
        document.exemplars_changed.connect(self._show_document)
        document.reset.connect(self._show_document)
        document.reset.connect(self._show_model)
        document.labels_changed.connect(lambda box: self._leave_first_steps())
        document.frame_changed.connect(self._show_frame)
        self.comparison.model_changed.connect(self._show_comparison)
        self.comparison.frame_changed.connect(self._offer_views)
        document.state_changed.connect(self.files.note_edit)
        document.palette_changed.connect(self._note_class)
        self.live.stale_changed.connect(self.result.set_stale)
        self.live.problem_changed.connect(self.result.set_notice)
        self.worker.busy_changed.connect(self.status.spinner.set_busy)
        self.worker.busy_changed.connect(self.result.set_busy)
        self.files.said.connect(self.status.say)
        self.film_dock.said.connect(self.status.say)
        self.full_size.said.connect(self.status.say)
        self.full_size.running_changed.connect(lambda running: self._offer_full_size())
        self.presets.said.connect(self.status.say)
        for helper in (self.pose_finder, self.repainter):
            helper.said.connect(self.status.say)
            helper.failed.connect(self.files.tell)
        self.condition.hinted.connect(self.status.showMessage)
        self.condition.menu_wanted.connect(self._show_pose_menu)
        document.pose_changed.connect(self._leave_first_steps)
        document.model_changed.connect(self._show_model)
        document.mix_changed.connect(self._note_style)
        self.view.changed.connect(lambda: self.status.show_zoom(self.view.zoom))
        self.tool_settings.changed.connect(lambda: self.size_slider.setValue(self.tool_settings.brush_size))
        self.size_slider.valueChanged.connect(self._set_brush_size)
        self.opacity_slider.valueChanged.connect(self._set_opacity)
        self.heat_slider.valueChanged.connect(self._set_heat_opacity)
        for canvas in (self.condition, self.result, self.comparison_pane.canvas):
            canvas.hovered.connect(partial(self._link_cursor, origin=canvas))
            canvas.files_dropped.connect(self.files.drop_on_canvas)
        self.first_steps.files_dropped.connect(self.files.drop_on_canvas)
        self.exemplar_dock.files_dropped.connect(self.files.add_exemplars)
        self.pose_dock.files_dropped.connect(self.files.drop_on_pose)
        self.style_dock.files_dropped.connect(lambda paths: self.presets.load(paths[0]))
        self.exemplar_dock.add_wanted.connect(self.registry["add-exemplar"].trigger)

    def _restore_layout(self) -> None:
        # The screen that Qt makes up where there is none is too small to be taken as a bound.
        offscreen = QGuiApplication.platformName() == "offscreen"
        self.resize(FIRST_SIZE if offscreen else FIRST_SIZE.boundedTo(self.screen().availableSize()))
        self.restoreGeometry(settings.layout("geometry"))
        self.restoreState(settings.layout("state"), LAYOUT_VERSION)

    # Showing the document.

    def _show_document(self) -> None:
        document = self.document
        height, width = document.labels.shape
        if self._picture_size != (width, height):
            self._picture_size = (width, height)
            self.view.set_picture_size(width, height)
        self.condition_header.show_slider(self.size_slider, not document.is_posed)
        self.condition_header.title.setText(self.tr("Pose") if document.is_posed else self.tr("Label map"))
        for canvas in (self.result, self.comparison_pane.canvas):
            canvas.set_picture_size(width, height)
            canvas.set_photo(document.photo)
        self._offer_comparison(document.photo is not None)
        self._offer_full_size()
        self.registry.offer("preserve", document.photo is not None, self.tr("Open a photo to preserve first"))
        empty = not document.exemplars and document.photo is None and not document.labels.any()
        self.centre.setCurrentIndex(1 if empty and not document.can_undo else 0)
        self._show_frame()
        self._show_history()

    def _offer_comparison(self, possible: bool) -> None:
        self.registry.offer("view-compare", possible, self.tr("Open a photo to compare with first"))
        if not possible and self.result.shown is ResultView.COMPARE:
            self.registry["view-result"].trigger()

    def _offer_views(self) -> None:
        """Warp and confidence, where a model that is shown has them."""
        frame = self.document.frame
        possible = frame is None or frame.warp is not None or self.comparison.may_have_warp
        for name in ("view-warp", "view-confidence", "heat-over-warp"):
            self.registry.offer(name, possible, self.tr("This model makes its picture without warping the exemplar"))
        if not possible and self.result.shown not in (ResultView.RESULT, ResultView.COMPARE):
            self.registry["view-result"].trigger()

    def _show_model(self) -> None:
        name = f"model-{self.document.model}"
        if name in self.registry:
            self.registry[name].setChecked(True)
        self.registry["preserve"].setChecked(self.document.preserves)

    def _note_style(self) -> None:
        """Say so where another model has made the style edits of the last one void; the model is told first."""
        document = self.document
        last_model, had_edits = self._styled
        self._styled = (document.model, self.comparison.leaves_out_style)
        if had_edits and not self.comparison.leaves_out_style and last_model != document.model:
            self.status.say(self.tr("Axes and drawn style went with the other model; Ctrl+Z brings them back"))

    def _leave_first_steps(self) -> None:
        if self.document.is_stroking or self.document.keypoints is not None:
            self.centre.setCurrentIndex(0)

    def _show_frame(self) -> None:
        self._offer_views()
        self.result.set_frame(self.document.frame, self.document.result)
        self.result.set_notice("" if self.document.exemplars else self.tr("Add an exemplar to see the picture"))

    def _show_history(self) -> None:
        document = self.document
        self.registry["undo"].setEnabled(document.can_undo)
        self.registry["redo"].setEnabled(document.can_redo)
        name = document.path.name if document.path else self.tr("Untitled")
        self.setWindowTitle(f"{name}[*] – Warpaint")
        self.setWindowModified(document.is_modified)

    def _offer_full_size(self) -> None:
        """Where the canvas is larger than what the live preview paints."""
        running, is_of_use = self.full_size.is_running, self.full_size.is_of_use
        reason = self.tr("It is under way") if running else self.tr("The live preview paints this canvas at full size")
        self.registry.offer("full-size", is_of_use and not running, reason)

    def _show_comparison(self) -> None:
        """Offer the comparison of models, and give it room when it begins."""
        comparison = self.comparison
        self.registry.offer("compare-models", bool(comparison.models), self.tr("No other model is installed"))
        for name in ("swap-models", "export-comparison"):
            self.registry.offer(name, comparison.is_on, self.tr("Compare with a model first"))
        if self.registry["compare-models"].isChecked() != comparison.is_on:
            self.registry["compare-models"].setChecked(comparison.is_on)
        if comparison.is_on and not self._sizes_alone:
            self._sizes_alone = self.splitter.sizes()
            self.splitter.setSizes([1000, 2000])
            self.pair.balance()
        elif self._sizes_alone and not comparison.is_on:
            self.splitter.setSizes(self._sizes_alone)
            self._sizes_alone = []
        self.pair.arrange()

    def _link_cursor(self, point: QPointF | None, origin: Canvas) -> None:
        for canvas in (self.condition, self.result, self.comparison_pane.canvas):
            if canvas is not origin:
                canvas.set_marker(point)
        self.status.show_place(point)
        frame = self.comparison.frame if origin is self.comparison_pane.canvas else self.document.frame
        x, y = (int(point.x()), int(point.y())) if point is not None else (-1, -1)
        if frame is None or frame.source is None or frame.correspondence is None or not _is_inside(x, y, frame.source):
            self.exemplar_dock.show_source(None, None)
            return
        source = QPointF(*frame.correspondence[y, x].tolist())
        self.exemplar_dock.show_source(frame.state.exemplars[int(frame.source[y, x])], source)

    # What the actions do.

    def use_tool(self, kind: type[Tool]) -> None:
        self.condition.set_tool(self._tools[kind], issubclass(kind, (BrushTool, LineTool)))
        wanted, other = ("pose", "classes") if kind is PoseTool else ("classes", "pose")
        docks = {dock.objectName(): dock for dock in self.docks}
        if docks[other] in self.tabifiedDockWidgets(docks[wanted]):
            docks[wanted].raise_()

    def step_person(self) -> None:
        """The next person is the one in hand."""
        self.posing.select_person((self.posing.person + 1) % max(1, len(self.posing.pose)))

    def find_pose(self) -> None:
        self.pose_finder.find()

    def repaint_by(self, condition: str) -> None:
        """Paint the picture by "pose" or by "labels" from now on."""
        try:
            self.repainter.repaint(condition)
        except InputError as error:
            self.files.tell(str(error))

    def _show_pose_menu(self, place: QPoint, point: QPointF) -> None:
        menu = PoseMenu(self.posing, self.registry, point, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def set_pressure_sizes(self, on: bool) -> None:
        self.tool_settings.pressure_sizes = on
        settings.set_number("pressure_sizes", int(on))

    def set_erases_to_original(self, on: bool) -> None:
        self.tool_settings.erases_to_original = on

    def show_view(self, shown: ResultView) -> None:
        """Show this view; confidence comes over the result or over the warp."""
        confidence = shown is ResultView.CONFIDENCE
        if confidence and self.registry["heat-over-warp"].isChecked():
            shown = ResultView.WARP_CONFIDENCE
        self._heat_controls.setVisible(confidence)
        self.result.show_view(shown)
        self.comparison_pane.canvas.show_view(shown)
        self.pair.balance()

    def set_heat_over_warp(self, on: bool) -> None:
        self.registry["heat-over-warp"].setChecked(on)
        self.registry["view-confidence"].trigger()

    def export_comparison(self) -> None:
        """Ask for a file, and write both models' pictures side by side into it."""
        frames = (self.document.frame, self.comparison.frame)
        if frames[0] is None or frames[1] is None or not (self.live.is_settled and self.comparison.is_settled):
            self.status.say(self.tr("The pictures are still being made; export them when both are there"))
            return
        start, kinds = str(Path.home() / "comparison.png"), self.tr("Pictures (*.png *.jpg *.webp)")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export comparison"), start, kinds)
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.png")
        try:
            export.export_comparison(path, frames, self.document.domain, self.document.weights_hash)
        except InputError as error:
            self.files.tell(str(error))
        else:
            self.status.say(self.tr("Exported {}").format(path.name))

    def choose_theme(self, name: str) -> None:
        THEME.choose(name)

    def ask_threads(self) -> None:
        """Ask how many threads the engine is to compute with from the next start on."""
        question = self.tr("Threads of the engine, from the next start on (0: as many as it finds good)")
        most = os.cpu_count() or 1
        count, chosen = QInputDialog.getInt(self, self.tr("Engine threads"), question, settings.threads() or 0, 0, most)
        if chosen:
            settings.set_threads(count)

    def hide_panels(self, hidden: bool) -> None:
        """Hide all panels, or show again those that were hidden by this."""
        if hidden:
            self._hidden_panels = [p for p in (*self.docks, self.tool_bar) if p.toggleViewAction().isChecked()]
        for panel in self._hidden_panels:
            panel.setVisible(not hidden)

    def choose_class(self, class_id: int) -> None:
        self.document.active_class = class_id

    def step_class(self, step: int) -> None:
        count = len(self.document.domain.classes)
        self.document.active_class = (self.document.active_class + step) % count

    def swap_class(self) -> None:
        """Background, or what was painted with before."""
        self.document.active_class = 0 if self.document.active_class else self._other_class

    def _note_class(self) -> None:
        self._other_class = self.document.active_class or self._other_class

    def toggle_lock(self) -> None:
        toggle(self.document, "locked", self.document.active_class)

    def toggle_hidden(self) -> None:
        toggle(self.document, "hidden", self.document.active_class)

    def replace_class(self) -> None:
        dialog = ReplaceDialog(self.document, self)
        if self._ask(dialog) and (choice := dialog.choice()) is not None:
            self.document.replace_class(*choice)

    def step_exemplar(self, step: int) -> None:
        count = len(self.document.exemplars)
        if count:
            self.document.use_exemplar((self.document.active_exemplar + step) % count)

    def remove_exemplar(self) -> None:
        if self.document.exemplars:
            self.document.remove_exemplar(self.document.active_exemplar)

    def show_commands(self) -> None:
        palette = CommandPalette(self.registry, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show()

    def show_shortcuts(self) -> None:
        self._ask(ShortcutsSheet(self.registry, self))

    def show_about(self) -> None:
        self._ask(AboutBox(self))

    def _ask(self, dialog: QDialog) -> bool:
        accepted = bool(dialog.exec())
        dialog.deleteLater()
        return accepted

    def start_tour(self) -> None:
        """Six cards about the six places of the window."""
        self.centre.setCurrentIndex(0)
        settings.set_tour_seen()
        self.tour = Tour(self._tour_steps(), self)

    def _tour_steps(self) -> list[TourStep]:
        tr = self.tr
        return [
            TourStep(
                self.condition,
                tr("Paint here"),
                tr("The label map says what is where; drop any photo to have it found. The wheel zooms, Space pans."),
            ),
            TourStep(
                self.palette_dock,
                tr("Choose a class"),
                tr("Click or press 0 to 9. A lock keeps a class from being painted over, the eye hides it."),
            ),
            TourStep(
                self.exemplar_dock,
                tr("Pick an exemplar"),
                tr("A click takes the whole look from one photo; the sliders mix several. Drop photos here."),
            ),
            TourStep(
                self.result,
                tr("See the picture"),
                tr("It is made anew while you paint. A shade over it says that a newer one is on its way."),
            ),
            TourStep(
                self.tool_bar,
                tr("Tools"),
                tr("Smart edge finds outlines; with the pose tool you drag an arm. Every tooltip names the key."),
            ),
            TourStep(
                self.history_dock,
                tr("Nothing is lost"),
                tr("One click goes back to any step. Ctrl+Shift+P finds every command."),
            ),
        ]

    # Sliders and recent files.

    def _set_brush_size(self, size: int) -> None:
        if size != self.tool_settings.brush_size:
            self.tool_settings.brush_size = size
        settings.set_number("brush_size", size)

    def _set_opacity(self, percent: int) -> None:
        self.condition.set_opacity(percent / 100)
        settings.set_number("opacity", percent)

    def _set_heat_opacity(self, percent: int) -> None:
        for canvas in (self.result, self.comparison_pane.canvas):
            canvas.set_heat_opacity(percent / 100)
        settings.set_number("heat_opacity", percent)

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in settings.recent_files():
            self._recent.addAction(path.name, partial(self.files.open, path)).setToolTip(str(path))
        if self._recent.isEmpty():
            self._recent.addAction(self.tr("None yet")).setEnabled(False)

    # Events.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._started:
            self._started = True
            # Not the search field: the first key pressed is a shortcut.
            self.condition.setFocus()
            self.live.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hold(event, True):
            if event.key() == Qt.Key.Key_Escape:
                self.condition.abort()
            elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.condition.finish()
            else:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._hold(event, False):
            super().keyReleaseEvent(event)

    def _hold(self, event: QKeyEvent, down: bool) -> bool:
        """Keys that work while they are held: Space pans, C shows the photo."""
        if event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_C) or event.modifiers():
            return False
        if not event.isAutoRepeat():
            if event.key() == Qt.Key.Key_C:
                for canvas in (self.result, self.comparison_pane.canvas):
                    canvas.hold_before(down)
            else:
                for canvas in (self.condition, self.result, self.comparison_pane.canvas):
                    canvas.hold_space(down)
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        if self.registry["hide-panels"].isChecked():
            self.registry["hide-panels"].trigger()
        settings.set_layout("geometry", self.saveGeometry())
        settings.set_layout("state", self.saveState(LAYOUT_VERSION))
        self.end()
        event.accept()

    def end(self) -> None:
        """Stop the engine and drop the recovery file."""
        self.film_dock.stop()
        self.full_size.stop()
        self.comparison.stop()
        self.live.stop()
        self.files.close()

    def open(self, path: Path) -> None:
        """Open a project or a photo named on the command line."""
        self.files.drop_on_canvas([path])

    def settled(self) -> bool:
        """Whether the picture shown is the newest, or none is to come."""
        if self.document.state() is None:
            return True
        return bool(self.result.notice) or self.live.is_settled


def _is_inside(x: int, y: int, picture: np.ndarray) -> bool:
    return 0 <= y < picture.shape[0] and 0 <= x < picture.shape[1]
