"""best_rate(loss_after, rates): the rate after which the loss is smallest, and a number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

NAN, INF = float("nan"), float("inf")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, losses, first=0.001, error=None, times=10):
        rates = [first * times**n for n in range(len(losses))]
        table = dict(zip(rates, losses, strict=True))

        def loss_after(rate):
            """The loss of a new network after a few steps with this rate. It may be nan or inf."""
            if rate not in table:
                raise ValueError(f"try the rates {rates}, not {rate}")
            return table[rate]

        return Case(tag, about, (loss_after, rates), calls=len(rates), error=error)

    yield case("finite", "two rates", [2.0, 1.0])
    yield case("finite", "three rates, the middle one is best", [2.25, 0.5, 2.75])
    yield case("finite", "three rates, the first is best", [0.25, 2.0, 1.0])
    yield case("finite", "one rate", [2.0], 0.5)
    yield case("finite", "a rise before the best", [2.0, 2.5, 0.5, 1.0], 0.01)
    yield case("finite", "five rates", (1 + rng.permutation(5) / 4).tolist(), 1e-4)
    yield case("finite", "six rates", (2 + rng.permutation(6) / 8).tolist(), 1e-3)
    yield case("finite", "rates that fall", [0.5, 2.0, 1.0], 1.0, times=0.5)
    yield case("finite", "losses that have grown large", [2e30, 5e20])
    yield case("nan", "the last loss is nan", [2.0, 1.0, NAN], 0.01)
    yield case("nan", "the first loss is nan", [NAN, 1.0, 2.0], 0.1)
    yield case("nan", "nan in the middle", [2.0, NAN, 1.5, 1.0], 0.01)
    yield case("nan", "two are nan, one is inf", [2.0, 1.75, INF, NAN, NAN], 0.01)
    yield case("nan", "a loss of 0, and then nan", [2.0, 0.0, NAN], 0.01)
    yield case("nan", "inf comes first", [INF, NAN, 2.0], 0.001)
    yield case("none", "every loss is nan", [NAN, NAN], error=())
    yield case("none", "nan and inf", [INF, NAN, INF], error=())


def best_rate(loss_after, rates):
    """Return the rate after which the loss is smallest.

    loss_after(rate): the loss after a few steps with this rate, which may be nan or inf. rates: a list.
    Asks once for each rate. ValueError if no loss is finite.
    """
    losses = {rate: loss_after(rate) for rate in rates}
    finite = [rate for rate in rates if np.isfinite(losses[rate])]
    if not finite:
        raise ValueError(f"no rate of {rates} gives a finite loss: try smaller ones")
    return min(finite, key=losses.get)


mistakes = Catalogue(best_rate)

ALL = "[rate for rate in rates if np.isfinite(losses[rate])]"
mistakes.change(
    "nan compared like a number",
    "nan is neither smaller nor larger than any number, so what min says depends on the order. Take out nan "
    "and inf first: np.isfinite.",
    {ALL: "list(rates)"},
)
mistakes.change(
    "nan taken for the smallest",
    "np.argmin and np.min take nan for the smallest of all. Take out nan and inf first: np.isfinite.",
    {
        "return min(finite, key=losses.get)": "return rates[int(np.argmin(list(losses.values())))]",
        ALL: "rates",
    },
)
mistakes.change(
    "nan taken out, and inf not",
    "A loss of inf is no better than nan: np.isfinite is False for both.",
    {"np.isfinite(losses[rate])": "not np.isnan(losses[rate])"},
)
mistakes.change(
    "nan looked for with == or !=",
    "nan is equal to nothing, not even to itself: np.isfinite finds it.",
    {"np.isfinite(losses[rate])": 'losses[rate] != float("nan") and losses[rate] != float("inf")'},
)
mistakes.change(
    "a loss of 0 left out",
    "0 is a finite loss, and the best: `if loss` is False for it.",
    {"if np.isfinite(losses[rate])": "if losses[rate] and np.isfinite(losses[rate])"},
)
mistakes.change(
    "the place among the finite losses taken for the place in rates",
    "Once some losses are taken out, the others have other places: keep each loss together with its rate.",
    {
        "return min(finite, key=losses.get)": (
            "return rates[int(np.argmin([losses[rate] for rate in finite]))]"
        )
    },
)
mistakes.change(
    "nan taken for 0",
    "A loss that is nan is the worst, not the best.",
    {
        ALL: "rates",
        "losses = {rate: loss_after(rate) for rate in rates}": (
            "losses = {rate: float(np.nan_to_num(loss_after(rate))) for rate in rates}"
        ),
    },
)
mistakes.change(
    "the loss in place of the rate",
    "Return the rate that leads to the smallest loss.",
    {"return min(finite, key=losses.get)": "return min(losses[rate] for rate in finite)"},
)
mistakes.change(
    "the number of the rate",
    "Return the rate itself: rates[number].",
    {"return min(finite, key=losses.get)": "return rates.index(min(finite, key=losses.get))"},
)
mistakes.change("the largest loss", "The smallest loss is the best.", {"return min(": "return max("})
mistakes.change(
    "the largest rate that stays finite",
    "A large rate may keep the loss finite, and teach nothing. Take the one with the smallest loss.",
    {"return min(finite, key=losses.get)": "return max(finite)"},
)
mistakes.change(
    "the smallest rate",
    "Compare the losses, not the rates.",
    {"return min(finite, key=losses.get)": "return min(finite)"},
)
mistakes.change(
    "stopped when the loss first rose",
    "It may fall again: ask for all rates.",
    {
        "return min(finite, key=losses.get)": (
            "for rate, after in zip(finite, finite[1:]):\n"
            "    if losses[after] > losses[rate]:\n"
            "        return rate\n"
            "return finite[-1]"
        )
    },
)
mistakes.change(
    "stopped at the first loss that is nan or inf",
    "The rates after it may have a finite loss: leave this one out, and go on.",
    {
        ALL: "[]",
        "if not finite:": (
            "for rate in rates:\n"
            "    if not np.isfinite(losses[rate]):\n"
            "        break\n"
            "    finite.append(rate)\n"
            "if not finite:"
        ),
    },
)
mistakes.change(
    "the smallest loss so far never renewed",
    "When a loss is smaller than the smallest so far, keep the loss as well as its rate.",
    {"return min(finite, key=losses.get)": "return finite[-1]"},
)
mistakes.change(
    "an error for any loss that is not finite",
    "Raise only if no loss is finite: otherwise leave out those that are not.",
    {"if not finite:": "if len(finite) < len(rates):"},
)
mistakes.change(
    "no error if nothing is finite",
    "Without a finite loss there is no best rate: raise a ValueError.",
    {
        'raise ValueError(f"no rate of {rates} gives a finite loss: try smaller ones")': "return None",
    },
    {
        'raise ValueError(f"no rate of {rates} gives a finite loss: try smaller ones")': "return min(rates)",
    },
)

exercise = Exercise(
    name="best_rate",
    arguments=("loss_after", "rates"),
    parts=("rate",),
    aspects=(
        aspect("finite losses", 1, "finite"),
        aspect("nan and inf", 1, "nan"),
        aspect("nothing finite", 1, "none"),
    ),
    reference=best_rate,
    cases=cases,
    program=best_rate,
    mistakes=tuple(mistakes),
)
