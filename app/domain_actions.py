"""Actions that belong to kinds of image: a new canvas of each, and the classes and models of the present one."""

from typing import TYPE_CHECKING

from app.actions import Actions
from app.models import models_of
from app.repainting import empty_canvas
from engine.domains import Domain
from engine.weights.registry import shown_domains

if TYPE_CHECKING:
    from app.window import Window

DIGITS = 10
"""Classes that have a key."""


def register_canvases(window: "Window", actions: Actions, menu: str) -> None:
    """A new canvas of each kind of image that a model can paint."""
    for domain in shown_domains():
        if models_of(domain):
            actions.add(
                f"new-{domain.name}",
                menu,
                window.tr("New canvas: {}").format(domain.title),
                lambda domain=domain: _begin(window, domain),
                tip=window.tr("Start from nothing; the models of {} paint it").format(domain.title),
            )


def register_classes(window: "Window", actions: Actions) -> None:
    """An action for each class of any kind of image; which class it is follows the document."""
    for class_id in range(max(len(domain.classes) for domain in shown_domains())):
        actions.add(
            f"class-{class_id}",
            "",
            str(class_id),
            lambda class_id=class_id: window.choose_class(class_id),
            keys=str(class_id) if class_id < DIGITS else "",
        )


def follow_domain(window: "Window", actions: Actions) -> None:
    """Name the classes of the document's domain and offer its models, now and from now on."""
    named: list[Domain] = []

    def name() -> None:
        domain = window.document.domain
        if named != [domain]:
            named[:] = [domain]
            _name_classes(window, actions, domain)
            _offer_models(actions, domain)

    window.document.reset.connect(name)
    name()


def _begin(window: "Window", domain: Domain) -> None:
    if window.files.may_leave():
        window.document.load(empty_canvas(domain))
        window.centre.setCurrentIndex(0)  # whoever asked for it needs no first steps


def _name_classes(window: "Window", actions: Actions, domain: Domain) -> None:
    for entry in actions:
        kind, _, number = entry.action.objectName().partition("-")
        if kind == "class" and number.isdigit():
            there = int(number) < len(domain.classes)
            entry.action.setVisible(there)
            if there:
                name = domain.classes[int(number)].name
                actions.rename(entry.action.objectName(), window.tr("Paint {}").format(name))


def _offer_models(actions: Actions, domain: Domain) -> None:
    names = models_of(domain)
    for entry in actions:
        kind, _, name = entry.action.objectName().partition("-")
        if kind == "model":
            entry.action.setVisible(name in names)
