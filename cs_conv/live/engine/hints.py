"""What a person should know of a training at this moment."""

from __future__ import annotations

from cs_conv.live.engine.engine import LONG, Engine


def hint(engine: Engine) -> str:
    """One hint in words, or ""."""
    return _dead(engine) or _slow(engine)


def _dead(engine: Engine) -> str:
    if engine.exam is None:
        return ""
    for number, place in enumerate(engine.plan.layers, 1):
        if engine.exam.dead(place.layer) == 1:
            return (
                f"Every unit of layer {number}, {place.name}, is dead: it gives 0 for each of "
                f"{len(engine.exam.right)} images, so no gradient comes past it. Reset, and take a smaller "
                "rate."
            )
    return ""


def _slow(engine: Engine) -> str:
    each, batch = engine.seen.took, engine.settings.batch
    if engine.plan.own is None or 3 * batch * each < LONG:
        return ""
    return (
        f"With your functions one image takes {each:.2g} s forward, so a step of {batch} may take "
        f"{3 * batch * each:.2g} s. Cells run only between its layers. A smaller batch is faster; the Stop "
        "button ends a step."
    )
