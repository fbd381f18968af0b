"""A training that is done in slices: it can be watched, paused, changed and gone on with."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from cs_conv.cores import one_core
from cs_conv.data.dataset import Dataset
from cs_conv.data.fashion import fashion_mnist
from cs_conv.geometry import Array
from cs_conv.layers import Layer, every_layer, in_training, softmax_loss
from cs_conv.live.engine.exam import Exam
from cs_conv.live.engine.history import History
from cs_conv.live.engine.look import Look
from cs_conv.live.engine.plan import Plan, carry, kept_and_new, optimiser, plan
from cs_conv.live.engine.settings import Settings
from cs_conv.training import Optimiser

SLICE = 0.03
"""Seconds of training before anything else gets its turn."""

EXAM_SHARE = 6
"""An exam follows when the steps since the last one have taken this many times as long as it."""

HUGE = 1e6
"""A loss, in nats, from which no network comes back."""

LONG = 1.0
"""Seconds after which an exam ends early, and a step is called long."""


@lru_cache(maxsize=1)
def clothes() -> Dataset:
    """Fashion-MNIST, read once for all engines; nobody changes it."""
    return fashion_mnist()


@dataclass(frozen=True)
class Pace:
    """gradient: the norm of a layer's gradients. update: the norm of a step over that of the weights."""

    gradient: float
    update: float


class Engine:
    """The training of one network by `settings`, with the functions in `source` if the settings want them.

    Nothing here runs by itself: `run` trains for a moment. data: Fashion-MNIST if not given.
    stopped: why it does not go on, in words, or "". notice: what the last change kept.
    ValueError or KeyError if the first settings stand for no network.
    """

    def __init__(self, source: Mapping[str, Any], settings: Settings, data: Dataset | None = None) -> None:
        self.source, self.data, self.settings = source, data or clothes(), settings
        self._begin(plan(settings, source, self.data))
        self.notice = " ".join(self._whose())

    def _begin(self, plan: Plan) -> None:
        """Weights, curves and order of images as if nothing had ever been trained."""
        self._take(plan)
        self.history = History()
        self._position = (0, 0)  # epoch, and images seen of it

    def _take(self, plan: Plan) -> None:
        self.plan = plan
        self.network = plan.network(self.data, self.settings.seed)
        self.optimiser: Optimiser = optimiser(self.settings, self.network)
        self.exam: Exam | None = None
        self.paces: dict[Layer, Pace] = {}
        self.measuring = True
        self.stopped, self.notice = "", ""
        self._broken = self._interrupted = False
        self._spent = {"step": 0.0, "exam": 0.0}
        self._ends: deque[float] = deque(maxlen=40)
        self.seen = Look(self.network.layers)
        self._work = self._trained()

    @property
    def layers(self) -> list[Layer]:
        """The layers of the network's row, one for each of `plan.layers`."""
        return self.network.layers

    @property
    def images(self) -> int:
        """How many images have been trained with, counted again in each epoch."""
        epoch, seen = self._position
        return epoch * len(self.data.train_images) + seen

    def change(self, settings: Settings) -> None:
        """Go on with other settings; if they cannot be, ValueError or KeyError, and the old ones stay."""
        if settings == self.settings:
            return
        old = self.settings
        if settings.seed != old.seed or self._broken:
            found = plan(settings, self.source, self.data)
            why = "The weights were lost: all" if self._broken else "All"
            self.settings = settings
            self._begin(found)
            self.notice = f"{why} weights begin anew."
        elif (settings.pattern, settings.own) != (old.pattern, old.own):
            self._change_layers(settings, plan(settings, self.source, self.data))
        else:
            settings.check()
            self.plan.cost.check(settings.batch)
            self.settings = settings
            self.optimiser.rate = settings.rate
            if settings.optimiser != old.optimiser:
                self.optimiser = optimiser(settings, self.network)
            self.go()
            self.notice = f"From step {self.history.steps} on: {old.changes(settings)}. All weights are kept."
        self.history.mark(old.changes(settings))

    def _change_layers(self, settings: Settings, found: Plan) -> None:
        before, self.settings = self.network, settings
        self._take(found)
        kept = carry(before, self.network)
        self.notice = " ".join([kept_and_new(found.layers, kept), *self._whose()])

    def _whose(self) -> list[str]:
        own = self.plan.own
        return [f"Your own functions are used: {', '.join(own.names)}."] if own else []

    def reset(self) -> None:
        """Begin anew with the same settings: the same weights, the same order of images."""
        self._begin(plan(self.settings, self.source, self.data))

    def go(self) -> None:
        """Try again after a stop, unless the weights are no numbers any more."""
        self._interrupted = False
        if not self._broken:
            self.stopped = ""

    def interrupt(self) -> None:
        """Say that a person has stopped it."""
        self._interrupted = True
        self.stopped = f"Interrupted at step {self.history.steps}. Train goes on from here."
        self._work = self._trained()

    def tried(self, pattern: str) -> str:
        """What these layers would be, in words, or why they cannot be; nothing is changed."""
        try:
            return plan(replace(self.settings, pattern=pattern), self.source, self.data).costs()
        except (ValueError, KeyError) as error:
            return str(error.args[0])

    def run(self, seconds: float = SLICE) -> bool:
        """Train for about this long, at least a layer of a step; False if it is stopped."""
        until = time.perf_counter() + seconds
        with one_core(), np.errstate(all="ignore"):
            while not self.stopped:
                self._next()
                if time.perf_counter() >= until:
                    break
        return not self.stopped

    def one_step(self) -> bool:
        """Train until one more step is done; False if it is stopped."""
        goal = self.history.steps + 1
        while self.history.steps < goal and self.run(0):
            pass
        return not self.stopped

    @property
    def speed(self) -> float:
        """Steps a second lately; 0 before there are two."""
        passed = self._ends[-1] - self._ends[0] if self._ends else 0.0
        return (len(self._ends) - 1) / passed if passed else 0.0

    def rest(self) -> None:
        """A pause: it does not count for the speed."""
        self._ends.clear()

    def _next(self) -> None:
        began = time.perf_counter()
        try:
            kind = next(self._work)
        except Exception as error:
            self.stopped = self._said(error)
            self._work = self._trained()
        else:
            self._spent[kind] += time.perf_counter() - began

    def _said(self, error: Exception) -> str:
        what = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        if isinstance(error, MemoryError):
            return f"There is not enough memory for this network: {what}"
        if isinstance(error, NotImplementedError):
            return f"Not written yet: {what or 'a function that the layers need'}."
        who = "A function of yours" if self.plan.own else "A layer"
        return f"{who} ended in {type(error).__name__} at step {self.history.steps + 1}: {what}"

    def _trained(self) -> Iterator[str]:
        """Training without an end: a bit of it at each `next`, which gives what kind of work it was."""
        while True:
            if self.exam is None or self._spent["step"] > EXAM_SHARE * self._spent["exam"]:
                yield from self._examined()
            yield from self._stepped()

    def _examined(self) -> Iterator[str]:
        self._spent = {"step": 0.0, "exam": 0.0}
        exam = Exam()
        chunk = min(max(self.settings.batch, 10), 100)
        late = lambda: self._spent["exam"] > LONG  # noqa: E731
        for _ in exam.take(self.layers, self.data, chunk, late):
            yield "exam"
        self.exam = exam
        self.history.exam(exam.loss, float(exam.right.mean()))

    def _stepped(self) -> Iterator[str]:
        chosen, position = self._batch()
        x, labels = self.data.train_images[chosen], self.data.train_labels[chosen]
        for layer in self.layers:
            with in_training([layer]):
                x = layer.forward(x)
            yield "step"
        scores = x.reshape(len(x), -1)
        loss, dout = (self.plan.own.softmax_loss if self.plan.own else softmax_loss)(scores, labels)
        if not loss < HUGE:
            self._break(loss)
            return
        dout = dout.reshape(x.shape)
        for layer in reversed(self.layers[1:]):
            dout = layer.backward(dout)
            yield "step"
        self.layers[0].backward_parameters(dout)
        self._move()
        self._position = position
        self.history.step(loss, float((scores.argmax(axis=1) == labels).mean()))
        self._ends.append(time.perf_counter())
        yield "step"

    def _batch(self) -> tuple[Array, tuple[int, int]]:
        """The next images, in the order of `cs_conv.training.train`, and the position after them."""
        epoch, seen = self._position
        if seen >= len(self.data.train_images):
            epoch, seen = epoch + 1, 0
        order = _order(self.settings.seed, epoch + 1, len(self.data.train_images))
        chosen = order[seen : seen + self.settings.batch]
        return chosen, (epoch, seen + len(chosen))

    def _move(self) -> None:
        """Move the weights; measure gradients and steps if somebody has looked since the last time."""
        learning = [layer for layer in every_layer(self.layers) if layer.parameters] if self.measuring else []
        before = [{name: p.copy() for name, p in layer.parameters.items()} for layer in learning]
        self.optimiser.step()
        for layer, old in zip(learning, before, strict=True):
            moved = _norm(layer.parameters[name] - values for name, values in old.items())
            gradient = _norm(layer.gradients[name] for name in old)
            self.paces[layer] = Pace(gradient, moved / max(_norm(old.values()), 1e-30))
        self.measuring = False

    def _break(self, loss: float) -> None:
        step = self.history.steps + 1
        what = f"{loss:.1e}" if np.isfinite(loss) else "no number"
        if step == 1:
            why = (
                "That is the first step, before any weight was changed: look at the functions and the images."
            )
        else:
            mine = ", or a gradient of your functions is wrong" if self.plan.own else ""
            why = (
                f"The rate {self.settings.rate:g} is too large{mine}: the weights have grown beyond all "
                "measure. Choose a smaller one; the weights then begin anew."
            )
        self.stopped, self._broken = f"The loss is {what} since step {step}. {why}", True

    def look(self, image: int) -> list[Array]:
        """What each layer makes of one held-out image: see `cs_conv.live.engine.look`.

        Zeros if a learner's function raises, and after an interruption: it may have been for ever in it.
        """
        if not (self._interrupted and self.plan.own):
            try:
                return self.seen.at(self.data.test_images[image : image + 1], self.history.steps)
            except Exception as error:
                self.stopped = self.stopped or self._said(error)
        return [np.zeros(shape, self.network.dtype) for shape in self.network.shapes[1:]]


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, images: int) -> Array:
    return np.random.default_rng((seed, epoch)).permutation(images)


def _norm(arrays: Any) -> float:
    return float(np.sqrt(sum(float(np.vdot(a, a)) for a in arrays)))
