"""Training in slices: the same as in one go, and it can be stopped, changed and gone on with."""

import numpy as np
import pytest

from cs_conv import naive
from cs_conv.layers import every_layer
from cs_conv.live.engine.engine import Engine
from cs_conv.live.engine.hints import hint
from cs_conv.live.engine.settings import Settings
from cs_conv.network import Network
from cs_conv.training import SGD, train

SMALL = Settings("INPUT -> CONV(4) -> RELU -> POOL -> FC", rate=0.05, batch=20)
OWN = {name: getattr(naive, name) for name in ("conv_forward", "conv_backward")}


def after(engine: Engine, steps: int) -> np.ndarray:
    while engine.history.steps < steps and engine.run(0):
        pass
    return engine.history.curves()["loss"]


def test_slices_take_the_steps_of_train_and_epochs_end_with_fewer_images(few):
    engine = Engine({}, SMALL, few)
    losses = after(engine, 8)
    network = Network([place.layer for place in Engine({}, SMALL, few).plan.layers], few.shape)
    epochs = list(train(network, SGD(network, 0.05), few, 2, batch=20))
    assert losses.tolist() == [loss for epoch in epochs for loss in epoch.losses]
    assert engine.images == 140


def test_a_look_in_the_middle_of_a_step_changes_nothing(few):
    watched, alone = Engine({}, SMALL, few), Engine({}, SMALL, few)
    for image in range(60):
        watched.run(0)
        watched.look(image % 40)
    assert np.array_equal(after(watched, 6), after(alone, watched.history.steps)[: watched.history.steps])


def test_pauses_and_one_step_at_a_time_change_nothing(few):
    paused, alone = Engine({}, SMALL, few), Engine({}, SMALL, few)
    for _ in range(5):
        assert paused.one_step()
        paused.rest()
    assert paused.speed == 0
    assert np.array_equal(after(paused, 5), after(alone, 5))


def test_a_rate_of_a_billion_ends_in_words_and_a_smaller_one_begins_anew(few):
    start = Settings("INPUT -> CONV(4) -> CONV(4) -> FC", 0.05, 20)
    engine = Engine({}, start, few)
    first = after(engine, 1)
    engine.change(Settings(start.pattern, 1e9, 20))
    assert "From step 1 on: rate 1e+09" in engine.notice
    after(engine, 50)
    assert engine.stopped.startswith("The loss is ")
    assert "The rate 1e+09 is too large: the weights have grown beyond all measure." in engine.stopped
    engine.go()
    assert not engine.run()
    engine.change(start)
    assert engine.notice == "The weights were lost: all weights begin anew."
    assert np.array_equal(after(engine, 1), first)
    assert not engine.stopped


def test_a_loss_that_is_no_number_at_once_is_not_blamed_on_the_rate(few):
    own = {**OWN, "conv_forward": lambda x, w, b, **options: OWN["conv_forward"](x, w, b, **options) * np.nan}
    engine = Engine(own, Settings(**{**vars(SMALL), "own": True}), few)
    after(engine, 1)
    assert engine.stopped == (
        "The loss is no number since step 1. That is the first step, before any weight was changed: look at "
        "the functions and the images."
    )


def test_other_layers_keep_the_weights_in_front_of_the_first_difference(few):
    engine = Engine({}, SMALL, few)
    after(engine, 3)
    conv = engine.layers[0].parameters["w"].copy()
    engine.change(Settings("INPUT -> CONV(4) -> RELU -> CONV(5) -> POOL -> FC", 0.05, 20))
    assert engine.notice == "Kept: the weights of CONV 4. New: CONV 5 (position 28), FC 10 (position 47)."
    assert np.array_equal(engine.layers[0].parameters["w"], conv)
    assert engine.history.steps == 3
    assert engine.history.marks == [(3, "other layers")]
    assert after(engine, 5).size == 5
    engine.change(Settings("INPUT -> FC", 0.05, 20))
    assert engine.notice == "All weights begin anew: FC 10 (position 9)."


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pattern": "INPUT -> FX"}, "position 9"),
        ({"pattern": ""}, "empty"),
        ({"rate": float("nan")}, "the rate must be a number from 0 on"),
        ({"rate": -1.0}, "not -1"),
        ({"batch": 0}, "at least 1 image"),
        ({"optimiser": "Adagrad"}, "there is no optimiser 'Adagrad'"),
        ({"pattern": "INPUT -> CONV(9000) -> CONV(9000) -> FC"}, "too large here"),
    ],
)
def test_what_cannot_be_changes_nothing(few, change, why):
    engine, alone = Engine({}, SMALL, few), Engine({}, SMALL, few)
    after(engine, 2)
    with pytest.raises(ValueError, match=why):
        engine.change(Settings(**{**vars(SMALL), **change}))
    assert engine.settings == SMALL
    assert np.array_equal(after(engine, 4), after(alone, 4))


def test_another_optimiser_and_batch_are_used_from_the_next_step_on(few):
    engine = Engine({}, SMALL, few)
    after(engine, 2)
    engine.change(Settings(SMALL.pattern, 0.001, 10, "Adam"))
    assert engine.notice == "From step 2 on: rate 0.001, batch 10, Adam. All weights are kept."
    after(engine, 3)
    assert engine.images == 50


def test_functions_of_the_learner_train_like_the_librarys_and_are_looked_up_at_each_call(few):
    source = dict(OWN)
    own, theirs = Engine(source, Settings(**{**vars(SMALL), "own": True}), few), Engine({}, SMALL, few)
    assert own.notice == "Your own functions are used: conv_forward, conv_backward."
    assert np.allclose(after(own, 2), after(theirs, 2), rtol=1e-5)
    source["conv_forward"] = lambda x, w, b, stride, pad: np.zeros((3, 3))
    assert not own.run()
    assert own.stopped == (
        "A function of yours ended in ValueError at step 3: out of conv_forward has the shape (3, 3); "
        "(20, 4, 8, 8) was expected"
    )
    source["conv_forward"] = OWN["conv_forward"]
    own.go()
    assert np.allclose(after(own, 4), after(theirs, 4), rtol=1e-4)


def test_a_function_that_is_not_there_is_named(few):
    engine = Engine({}, SMALL, few)
    with pytest.raises(KeyError, match="conv_forward"):
        engine.change(Settings(**{**vars(SMALL), "own": True}))
    assert not engine.settings.own


def test_every_function_of_the_lessons_is_used_if_it_is_there(few):
    calls = []

    def noted(name, function):
        def call(*args, **options):
            calls.append(name)
            return function(*args, **options)

        return call

    def fc_backward(dout, x, w):
        rows = x.reshape(len(x), -1)
        return (dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(axis=0)

    def softmax_loss(scores, labels):
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(p))
        loss = -np.log(p[rows, labels]).mean()
        p[rows, labels] -= 1
        return loss, p / len(p)

    pooling = {name: getattr(naive, name) for name in ("max_pool_forward", "max_pool_backward")}
    functions = {**OWN, **pooling, "fc_backward": fc_backward, "softmax_loss": softmax_loss}
    source = {name: noted(name, function) for name, function in functions.items()}
    own, theirs = Engine(source, Settings(**{**vars(SMALL), "own": True}), few), Engine({}, SMALL, few)
    assert np.allclose(after(own, 2), after(theirs, 2), rtol=1e-5)
    assert {*calls} == {*functions}


def test_units_that_never_fire_are_counted_and_said(few):
    engine = Engine({}, Settings("INPUT -> CONV(4) -> RELU -> FC", 0.0, 20), few)
    engine.layers[0].parameters["b"][:] = [-100, -100, 100, 100]
    after(engine, 1)
    assert engine.exam is not None
    assert engine.exam.dead(engine.layers[1]) == 0.5
    assert engine.exam.active(engine.layers[1]) == 0.5
    assert np.isnan(engine.exam.dead(engine.layers[0]))
    assert hint(engine) == ""
    engine.layers[0].parameters["b"][:] = -100
    engine.exam = None
    after(engine, 2)
    assert hint(engine).startswith("Every unit of layer 2, RELU, is dead: it gives 0 for each of 40 images")


def test_a_step_that_takes_long_with_own_functions_is_said_before(few):
    engine = Engine(OWN, Settings(**{**vars(SMALL), "own": True}), few)
    engine.look(0)
    engine.seen.took = 0.01
    assert hint(engine) == ""
    engine.seen.took = 0.5
    assert "one image takes 0.5 s forward, so a step of 20 may take 30 s" in hint(engine)


def test_an_exam_is_what_the_network_says_of_held_out_images(few):
    engine = Engine({}, SMALL, few)
    after(engine, 1)
    untrained = Network([place.layer for place in Engine({}, SMALL, few).plan.layers], few.shape)
    assert engine.exam is not None
    assert np.array_equal(engine.exam.said, untrained.predict(few.test_images))
    right = untrained.accuracy(few.test_images, few.test_labels)
    assert engine.history.curves()["tested"][0].tolist() == [0, engine.exam.loss, right]


def test_gradients_and_steps_are_measured_when_somebody_looks(few):
    engine = Engine({}, Settings(SMALL.pattern, 0.1, 20, "SGD"), few)
    before = engine.layers[0].parameters["w"].copy()
    after(engine, 1)
    pace = engine.paces[engine.layers[0]]
    gradients = engine.layers[0].gradients
    norm = float(np.sqrt(sum((g.astype(float) ** 2).sum() for g in gradients.values())))
    assert pace.gradient == pytest.approx(norm, rel=1e-5)
    assert pace.update == pytest.approx(0.1 * norm / np.linalg.norm(before), rel=1e-4)
    assert not engine.measuring


def test_an_interrupted_step_is_taken_again(few):
    engine, alone = Engine({}, SMALL, few), Engine({}, SMALL, few)
    after(engine, 2)
    engine.run(0)
    engine.interrupt()
    assert engine.stopped == "Interrupted at step 2. Train goes on from here."
    assert engine.look(0)[0].any()
    assert not engine.run()
    engine.go()
    assert np.array_equal(after(engine, 4), after(alone, 4))
    engine.interrupt()
    engine.change(Settings(**{**vars(SMALL), "rate": 0.01}))
    assert engine.stopped == ""


def test_a_look_that_fails_or_may_never_end_gives_zeros_and_says_why(few):
    source = {**OWN, "conv_forward": lambda x, w, b, **options: 1 / 0}
    engine = Engine(source, Settings(**{**vars(SMALL), "own": True}), few)
    assert [out.any() for out in engine.look(0)] == [False] * 4
    assert engine.stopped == "A function of yours ended in ZeroDivisionError at step 1: division by zero"
    source["conv_forward"] = OWN["conv_forward"]
    engine.interrupt()
    assert not engine.look(0)[0].any()
    engine.go()
    assert engine.look(0)[0].any()


def test_reset_begins_with_the_same_weights(few):
    engine = Engine({}, SMALL, few)
    first = after(engine, 3)
    engine.reset()
    assert engine.history.steps == 0
    assert np.array_equal(after(engine, 3), first)


def test_a_block_and_normalisation_train_too(few):
    engine = Engine(
        {}, Settings("INPUT -> CONV -> SUM[NORM -> RELU -> CONV] -> AVG -> DROP -> FC", 0.01, 20), few
    )
    assert after(engine, 3).size == 3
    assert {*engine.paces} == {layer for layer in every_layer(engine.layers) if layer.parameters}
