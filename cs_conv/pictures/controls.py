"""Pictures with sliders and choices, which are drawn again whenever one of these moves.

Jupyter may report a move in another thread. So every picture gets a figure that pyplot does not know, one
picture is drawn at a time, and it is shown when it is complete. Without ipywidgets it is drawn once.
"""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cs_conv.pictures.grid import own_figures

Draw = Callable[..., "str | None"]
"""Draws with functions of `cs_conv.pictures` from its controls' values; text that it returns is shown."""


@dataclass(frozen=True)
class Slider:
    """Whole numbers from `low` to `high`, both included.

    `play`: adds a button that moves the slider every so many milliseconds. `most`: a function of all
    controls' values, by their names, that lowers `high`. `waits`: draw only when the slider is let go, for
    slow pictures.
    """

    start: int
    low: int
    high: int
    play: int = 0
    most: Callable[[Mapping[str, Any]], int] | None = None
    waits: bool = False

    def widgets(self, name: str) -> list[Any]:
        """Return the control itself, then what is shown beside it."""
        import ipywidgets

        limits = {"value": self.start, "min": self.low, "max": self.high}
        slider = ipywidgets.IntSlider(**limits, description=name, continuous_update=not self.waits)
        if not self.play:
            return [slider]
        play = ipywidgets.Play(**limits, interval=self.play)
        ipywidgets.jslink((play, "value"), (slider, "value"))
        ipywidgets.jslink((slider, "max"), (play, "max"))
        return [slider, play]


@dataclass(frozen=True)
class Powers:
    """Numbers from 10**low to 10**high, in even steps of their logarithm."""

    start: float
    low: float
    high: float

    def widgets(self, name: str) -> list[Any]:
        """The control."""
        import ipywidgets

        return [
            ipywidgets.FloatLogSlider(self.start, min=self.low, max=self.high, step=0.1, description=name)
        ]


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    values: Sequence[Any]
    start: Any

    def widgets(self, name: str) -> list[Any]:
        """The control."""
        import ipywidgets

        return [ipywidgets.Dropdown(options=self.values, value=self.start, description=name)]


@dataclass(frozen=True)
class Steps:
    """One of a few values in order, on a slider that takes effect when it is let go."""

    values: Sequence[Any]
    start: Any

    def widgets(self, name: str) -> list[Any]:
        """The control."""
        import ipywidgets

        choice = {"options": self.values, "value": self.start}
        return [ipywidgets.SelectionSlider(**choice, description=name, continuous_update=False)]


@dataclass(frozen=True)
class Switch:
    """On or off, with a label."""

    words: str
    start: bool = True

    def widgets(self, name: str) -> list[Any]:
        """The control."""
        import ipywidgets

        return [ipywidgets.Checkbox(value=self.start, description=self.words, indent=False)]


@dataclass(frozen=True)
class Lines:
    """Lines of text to edit, which start as one of several `starts`."""

    starts: Mapping[str, str]

    @property
    def start(self) -> str:
        """The text of the first of the starts."""
        return next(iter(self.starts.values()))

    def widgets(self, name: str) -> list[Any]:
        """Return the control itself, then the choice of its start."""
        import ipywidgets

        begin = ipywidgets.Dropdown(options=self.starts, description="begin with")
        layout = ipywidgets.Layout(width="300px", height="140px")
        text = ipywidgets.Textarea(value=self.start, description=name, layout=layout)
        ipywidgets.dlink((begin, "value"), (text, "value"))
        return [text, begin]


Control = Slider | Powers | Choice | Steps | Switch | Lines


def play_with(draw: Draw, **controls: Control) -> None:
    """Show the picture that `draw` makes from the controls' values, with the controls above it.

    `draw` gets each value by the name of its control. An error of its first call is raised here. A later
    error is shown in place of the picture, until a control is moved again.
    """
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        values = {name: control.start for name, control in controls.items()}
        if text := draw(**values):
            print(text)
        print(f"ipywidgets is not installed, so this stays as it is: {_said(values)}.")
    else:
        _Player(draw, controls).show()


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())


class _Player:
    """Controls, and the picture below them."""

    def __init__(self, draw: Draw, controls: Mapping[str, Control]) -> None:
        import ipywidgets

        self.draw, self.controls = draw, controls
        widgets = {name: control.widgets(name) for name, control in controls.items()}
        self.inputs = {name: made[0] for name, made in widgets.items()}
        self.picture = ipywidgets.HTML()
        row = [widget for made in widgets.values() for widget in reversed(made)]
        self.box = ipywidgets.VBox(
            [ipywidgets.HBox(row, layout=ipywidgets.Layout(flex_flow="row wrap")), self.picture]
        )
        self.lock = threading.Lock()
        self.waiting = self.drawing = False

    def show(self) -> None:
        """Draw for the first time, and display."""
        from IPython.display import display

        self._limit()
        self.picture.value = self._drawn()
        for widget in self.inputs.values():
            widget.observe(self._moved, "value")
        display(self.box)  # type: ignore[no-untyped-call]

    @property
    def values(self) -> dict[str, Any]:
        return {name: widget.value for name, widget in self.inputs.items()}

    def _moved(self, change: Any) -> None:
        """Draw again; if a picture is being drawn already, its thread goes on with the newest values."""
        self._limit()
        with self.lock:
            self.waiting = True
            if self.drawing:
                return
            self.drawing = True
        while self._take():
            try:
                self.picture.value = self._drawn()
            except Exception as error:  # of the learner's function: the next move may mend it
                self.picture.value = f"<pre>{escape(f'{type(error).__name__}: {error}')}</pre>"

    def _take(self) -> bool:
        with self.lock:
            self.drawing, self.waiting = self.waiting, False
            return self.drawing

    def _limit(self) -> None:
        values = self.values
        for name, control in self.controls.items():
            if isinstance(control, Slider) and control.most is not None:
                self.inputs[name].max = min(control.high, control.most(values))

    def _drawn(self) -> str:
        values = self.values
        with own_figures() as figures:
            text = self.draw(**values)
        words = escape(f"the picture for {_said(values)}", quote=True)
        shown = [f'<img alt="{words}" src="data:image/png;base64,{_png(figure)}">' for figure in figures]
        return "".join([f"<pre>{escape(text)}</pre>" if text else "", *shown])


def _png(figure: Any) -> str:
    data = io.BytesIO()
    figure.savefig(data, format="png", bbox_inches="tight")
    return base64.b64encode(data.getvalue()).decode()
