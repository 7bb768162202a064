"""Every action of the editor, registered once. The default keys are those that programs of this kind agree on."""

from typing import TYPE_CHECKING

from app.actions import Actions
from app.canvas.result_canvas import ResultView
from app.domain_actions import follow_domain, register_canvases, register_classes
from app.models import models_of
from app.pose_actions import follow_document, register_pose
from app.tools import TOOLS
from engine.models.names import title_of

if TYPE_CHECKING:
    from app.window import Window

TOOL_KEYS = {
    "Brush": "B",
    "Eraser": "E",
    "Fill": "G",
    "Polygon": "P",
    "Lasso": "L",
    "Line": "U",
    "Picker": "I",
    "Pose": "J",
    "Smart edge": "W",
}


def register(window: "Window", actions: Actions) -> None:
    """Fill the registry, menu by menu."""
    _file(window, actions)
    _edit(window, actions)
    _view(window, actions)
    _tools(window, actions)
    register_pose(window, actions)
    _exemplar(window, actions)
    _style(window, actions)
    _help(window, actions)
    _classes(window, actions)
    follow_domain(window, actions)
    follow_document(window, actions)


def _file(window: "Window", actions: Actions) -> None:
    tr, files, menu = window.tr, window.files, window.tr("&File")
    actions.add(
        "open-photo",
        menu,
        tr("New from &photo…"),
        files.open_photo,
        keys="Ctrl+N",
        icon_name="photo",
        tip=tr("Paint on a photo; its label map is found in it"),
    )
    actions.add(
        "open-labels",
        menu,
        tr("New from &label map…"),
        files.open_label_map,
        keys="Ctrl+Shift+N",
        icon_name="labels",
        tip=tr("Paint on a label map"),
    )
    actions.add(
        "new-from-pose",
        menu,
        tr("New from p&ose…"),
        files.new_from_pose,
        icon_name="pose",
        tip=tr("Start from a pose alone, which the picture then follows"),
    )
    register_canvases(window, actions, menu)
    actions.add("open", menu, tr("&Open project…"), files.open, keys="Ctrl+O", icon_name="open")
    actions.add("save", menu, tr("&Save"), files.save, keys="Ctrl+S", icon_name="save")
    actions.add("save-as", menu, tr("Save &as…"), files.save_as, keys="Ctrl+Shift+S")
    actions.add(
        "export",
        menu,
        tr("&Export…"),
        files.export,
        keys="Ctrl+E",
        icon_name="export",
        tip=tr("Export result, label map, warp, confidence or layers"),
    )
    actions.add(
        "export-film",
        menu,
        tr("Export &film…"),
        window.film_dock.export_film,
        icon_name="film",
        tip=tr("Export the way between the key frames of the film panel as MP4, GIF or PNG series"),
    )
    actions.add(
        "export-comparison",
        menu,
        tr("Export c&omparison…"),
        window.export_comparison,
        icon_name="side-by-side",
        tip=tr("Export what two models made, side by side, as one picture"),
    )
    actions.add("quit", menu, tr("&Quit"), window.close, keys="Ctrl+Q", icon_name="quit")


def _edit(window: "Window", actions: Actions) -> None:
    tr, document, menu = window.tr, window.document, window.tr("&Edit")
    actions.add("undo", menu, tr("&Undo"), document.undo, keys="Ctrl+Z", icon_name="undo")
    actions.add("redo", menu, tr("&Redo"), document.redo, keys="Ctrl+Shift+Z Ctrl+Y", icon_name="redo")
    actions.add(
        "replace",
        menu,
        tr("Replace &class…"),
        window.replace_class,
        keys="Ctrl+H",
        icon_name="replace",
        tip=tr("Replace every pixel of one class by another"),
    )
    actions.add(
        "preserve",
        menu,
        tr("Pre&serve what is not edited"),
        document.set_preserves,
        keys="Ctrl+Shift+L",
        icon_name="preserve",
        checkable=True,
        tip=tr("Keep the photo, pixel for pixel, outside of what you edit"),
    )
    actions.add(
        "run", menu, tr("Make the &picture now"), window.live.run_now, keys="Ctrl+Return Ctrl+Enter", icon_name="run"
    )
    actions.add(
        "full-size",
        menu,
        tr("Render at &full size"),
        window.full_size.start,
        keys="Ctrl+Shift+Return Ctrl+Shift+Enter",
        icon_name="full-size",
        tip=tr("Paint a picture that is larger than the network's own at its full size: slower, and sharper"),
    )
    actions.add("cancel", menu, tr("&Stop the engine"), window.live.cancel, keys="Shift+X", icon_name="stop")
    actions.add(
        "live",
        menu,
        tr("&Live preview"),
        window.live.set_live,
        checkable=True,
        icon_name="live",
        tip=tr("Make the picture anew after every edit"),
    )
    actions["live"].setChecked(True)
    actions.add(
        "threads",
        menu,
        tr("Engine &threads…"),
        window.ask_threads,
        tip=tr("How many of the processor's cores the engine may keep busy, from the next start on"),
    )


def _view(window: "Window", actions: Actions) -> None:
    tr, menu, view = window.tr, window.tr("&View"), window.view
    shown = (
        (ResultView.RESULT, tr("Result"), "F2", "result", tr("The regenerated picture")),
        (ResultView.WARP, tr("Warp"), "F3", "warp", tr("The exemplar, warped onto the label map")),
        (ResultView.CONFIDENCE, tr("Confidence"), "F4", "confidence", tr("How far the warp is to be trusted")),
        (ResultView.COMPARE, tr("Compare"), "F6", "compare", tr("Wipe between the photo and the result")),
    )
    for value, text, keys, icon_name, tip in shown:
        actions.add(
            f"view-{value.value}",
            menu,
            text,
            lambda _, value=value: window.show_view(value),
            keys=keys,
            icon_name=icon_name,
            tip=tip,
            group="views",
        )
    actions["view-result"].setChecked(True)
    actions.add(
        "heat-over-warp",
        menu,
        tr("Confidence over the &warp"),
        window.set_heat_over_warp,
        keys="Shift+F4",
        icon_name="layers",
        checkable=True,
        tip=tr("Lay the confidence over the warp instead of the result"),
    )
    actions.add(
        "compare-models",
        menu,
        tr("Compare with &model…"),
        window.comparison.switch,
        keys="F7",
        icon_name="side-by-side",
        checkable=True,
        tip=tr("Show another model's picture of the same beside this one"),
    )
    actions.add(
        "swap-models",
        menu,
        tr("S&wap the two models"),
        window.comparison.swap,
        keys="Shift+F7",
        icon_name="swap",
        tip=tr("Let the compared model make the picture, and compare with the one that made it"),
    )
    actions.add(
        "outline",
        menu,
        tr("Label map as &outline"),
        window.condition.set_outline,
        keys="O",
        icon_name="outline",
        checkable=True,
        tip=tr("Show only the borders of the regions"),
    )
    actions.add("fit", menu, tr("&Fit"), view.fit, keys="Ctrl+0", icon_name="fit", tip=tr("Show the whole picture"))
    actions.add("actual-size", menu, tr("&100 %"), lambda: view.set_zoom(1.0), keys="Ctrl+1", icon_name="actual-size")
    actions.add(
        "zoom-in",
        menu,
        tr("Zoom &in"),
        lambda: view.set_zoom(view.zoom * 1.25),
        keys="Ctrl++ Ctrl+=",
        icon_name="zoom-in",
    )
    actions.add(
        "zoom-out", menu, tr("Zoom ou&t"), lambda: view.set_zoom(view.zoom / 1.25), keys="Ctrl+-", icon_name="zoom-out"
    )
    for dock in window.docks:
        action = actions.add(f"dock-{dock.objectName()}", menu, dock.windowTitle(), dock.toggle, checkable=True)
        dock.reflect_in(action)
    actions.add("hide-panels", menu, tr("&Hide panels"), window.hide_panels, keys="F9", checkable=True)
    for name, text in (("system", tr("Look of the system")), ("dark", tr("Dark")), ("light", tr("Light"))):
        actions.add(f"theme-{name}", menu, text, lambda _, name=name: window.choose_theme(name), group="theme")


def _tools(window: "Window", actions: Actions) -> None:
    tr, menu = window.tr, window.tr("&Tools")
    texts = {
        "Brush": (tr("Brush"), tr("Brush: paint the active class")),
        "Smart edge": (tr("Smart edge"), tr("Smart edge: paint the active class up to the edges in the photo")),
        "Eraser": (tr("Eraser"), tr("Eraser: paint background, or bring back the label map as it was opened")),
        "Fill": (tr("Fill"), tr("Fill: give a connected area the active class")),
        "Polygon": (tr("Polygon"), tr("Polygon: click corners, Enter or double click closes")),
        "Lasso": (tr("Lasso"), tr("Lasso: fill what you circle")),
        "Line": (tr("Line"), tr("Line: a straight stroke")),
        "Picker": (tr("Picker"), tr("Picker: take the class under the pointer")),
        "Pose": (tr("Pose"), tr("Pose: drag joints, swing limbs, turn and scale persons")),
    }
    for kind in TOOLS:
        text, tip = texts[kind.name]
        actions.add(
            f"tool-{kind.key()}",
            menu,
            text,
            lambda _, kind=kind: window.use_tool(kind),
            keys=TOOL_KEYS[kind.name],
            icon_name=kind.key(),
            tip=tip,
            group="tools",
        )
    grow = window.condition.grow_brush
    actions.add("smaller", menu, tr("Smaller brush"), lambda: grow(-1), keys="[")
    actions.add("larger", menu, tr("Larger brush"), lambda: grow(1), keys="]")
    actions.add(
        "pen-pressure",
        menu,
        tr("&Pen pressure sizes the brush"),
        window.set_pressure_sizes,
        checkable=True,
        tip=tr("A pen that is pressed less paints narrower; its other end erases"),
    ).setChecked(window.tool_settings.pressure_sizes)
    actions.add(
        "erase-to-original",
        menu,
        tr("Eraser brings back the &original"),
        window.set_erases_to_original,
        checkable=True,
        tip=tr("The eraser restores the label map as it was opened"),
    )


def _exemplar(window: "Window", actions: Actions) -> None:
    tr, menu = window.tr, window.tr("E&xemplar")
    actions.add(
        "add-exemplar",
        menu,
        tr("&Add exemplar…"),
        window.files.add_exemplar,
        keys="Ctrl+Shift+E",
        icon_name="plus",
        tip=tr("Add a photo whose look the picture can take on"),
    )
    actions.add(
        "next-exemplar", menu, tr("&Next exemplar"), lambda: window.step_exemplar(1), keys="PgDown", icon_name="swap"
    )
    actions.add("previous-exemplar", menu, tr("&Previous exemplar"), lambda: window.step_exemplar(-1), keys="PgUp")
    actions.add(
        "remove-exemplar", menu, tr("&Remove exemplar"), window.remove_exemplar, keys="Ctrl+Delete", icon_name="trash"
    )


def _style(window: "Window", actions: Actions) -> None:
    tr, menu, dock, document = window.tr, window.tr("&Style"), window.style_dock, window.document
    actions.add(
        "surprise",
        menu,
        tr("S&urprise me"),
        dock.surprise.surprise,
        keys="Ctrl+R",
        icon_name="surprise",
        tip=tr("Draw a style from those that the model has learned"),
    )
    actions.add(
        "no-surprise",
        menu,
        tr("&No surprise"),
        dock.surprise.stop,
        keys="Ctrl+Shift+R",
        icon_name="close",
        tip=tr("Back from the drawn style to the blend of the exemplars"),
    )
    actions.add(
        "style-map",
        menu,
        tr("Style &map"),
        dock.mix.show_map,
        keys="M",
        icon_name="style-map",
        checkable=True,
        tip=tr("Blend on a map on which photos that look alike lie near each other"),
    )
    actions.add(
        "reset-style",
        menu,
        tr("&Reset style"),
        document.reset_style,
        keys="Ctrl+Alt+R",
        icon_name="reset",
        tip=tr("The plain style of the active exemplar"),
    )
    actions.add(
        "load-style",
        menu,
        tr("&Load style preset…"),
        window.presets.load,
        keys="Ctrl+Alt+O",
        icon_name="open",
        tip=tr("Take exemplars and blend from a file"),
    )
    actions.add(
        "save-style",
        menu,
        tr("&Save style preset…"),
        window.presets.save,
        keys="Ctrl+Alt+S",
        icon_name="save",
        tip=tr("Keep exemplars and blend in a file, for other pictures"),
    )
    names = models_of(document.domain)
    for name in names if len(names) > 1 else ():
        actions.add(
            f"model-{name}",
            menu,
            tr("Model {}").format(title_of(name)),
            lambda _, name=name: document.set_model(name),
            group="models",
            tip=tr("Let {} make the picture").format(title_of(name)),
        )
    dock.set_actions(actions)


def _help(window: "Window", actions: Actions) -> None:
    tr, menu = window.tr, window.tr("&Help")
    actions.add(
        "commands", menu, tr("&Command palette…"), window.show_commands, keys="Ctrl+Shift+P", icon_name="command"
    )
    actions.add("shortcuts", menu, tr("&Shortcuts"), window.show_shortcuts, keys="F1", icon_name="keyboard")
    actions.add("tour", menu, tr("First-steps &tour"), window.start_tour, icon_name="tour")
    actions.add("about", menu, tr("&About Warpaint"), window.show_about, icon_name="info")


def _classes(window: "Window", actions: Actions) -> None:
    """Keys for the palette; they stand in no menu, but in the command palette and on the shortcuts sheet."""
    tr = window.tr
    register_classes(window, actions)
    actions.add("class-previous", "", tr("Previous class"), lambda: window.step_class(-1), keys="-")
    actions.add("class-next", "", tr("Next class"), lambda: window.step_class(1), keys="=")
    actions.add(
        "class-search", "", tr("Search classes"), window.palette_dock.start_search, keys="/", icon_name="search"
    )
    actions.add("class-swap", "", tr("Swap with background"), window.swap_class, keys="X", icon_name="swap")
    actions.add("class-lock", "", tr("Lock the active class"), window.toggle_lock, keys="K", icon_name="lock")
    actions.add("class-hide", "", tr("Hide the active class"), window.toggle_hidden, keys="V", icon_name="eye-off")
