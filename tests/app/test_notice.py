"""What the engine has to say about how a picture was made is shown in the status bar."""

from dataclasses import replace

from app.window import Window


def test_a_notice_is_said_and_stays_with_the_time(window: Window) -> None:
    document = window.document
    document.set_frame(replace(document.frame, notice="Memory was full (cuda)."), document.revision)
    assert window.status.currentMessage() == "Memory was full (cuda)."
    assert window.status.time.toolTip().endswith("Memory was full (cuda).")


def test_without_one_nothing_is_said(window: Window) -> None:
    window.document.set_frame(window.document.frame, window.document.revision)
    assert window.status.currentMessage() == ""
