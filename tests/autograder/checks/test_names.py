"""A mistake is called by a name where that is true, however it was written."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.checks import find, judge
from cs_conv.threads import launch

SEED = 1


def names_of(exercise, answer):
    verdict = judge(exercise, answer, SEED)
    assert not verdict.passed
    return [m.name for m in verdict.mistakes]


def test_one_number_returned_twice_is_not_called_an_exchange():
    def answer(bytes_in, bytes_out, work, bus, calls):
        every = calls * (bytes_in / bus + work + bytes_out / bus)
        return every, every

    assert names_of("trip_times", answer) == ["once: the trips counted in every call"]


def test_one_number_for_all_cases_has_no_name():
    """With `all` for `any`, the accuracy of the k best is 0. Not every answer of 0 has this fault."""
    assert names_of("top_k_accuracy", lambda scores, labels, k: 0.0) == []


def test_one_gradient_from_the_wrong_factor_is_not_called_two():
    def answer(dout, x, w):
        dx, dw = find("conv1d_backward").reference(dout, x, w)
        return dx, np.sum(dout) * w

    assert names_of("conv1d_backward", answer) == ["x and w in each other's place"]
    assert judge("conv1d_backward", answer, SEED).aspect_passed("dx")


def test_what_is_said_of_both_parts_is_said_only_if_it_is_in_both():
    def answer(out, target):
        difference = out - target
        return np.mean(difference**2), 2 * difference

    assert set(names_of("squared_loss", answer)) == {"dout: not divided by N", "loss: the mean of all values"}


def tiles(leave_early):
    def answer(a, b):
        (M, D), N = a.shape, b.shape[1]
        out = np.full((M, N), np.nan)

        def kernel(block, thread, a_tile, b_tile):
            y, x = thread
            row, column = block[0] * 4 + y, block[1] * 4 + x
            if leave_early and (row >= M or column >= N):
                return
            total = 0.0
            for d in range(0, D, 4):
                a_tile[y, x] = a[row, d + x] if row < M and d + x < D else 0
                b_tile[y, x] = b[d + y, column] if d + y < D and column < N else 0
                yield
                total += a_tile[y] @ b_tile[:, x]
                yield
            out[row, column] = total

        launch(kernel, (-(-M // 4), -(-N // 4)), (4, 4), a_tile=(4, 4), b_tile=(4, 4))
        return out

    return answer


def test_two_mistakes_that_end_in_an_error_are_told_apart_by_the_error():
    left = "threads beyond the edge leave before the barrier"
    assert names_of("tiled_product", tiles(leave_early=True)) == [left]
    assert names_of("tiled_product", tiles(leave_early=False)) == ["written without asking for the edge"]


def one_thread_an_output(blocks, number):
    def answer(x, w, b, stride=1, pad=0):
        right = find("conv_direct").reference(x, w, b, stride, pad)
        out = np.full(right.shape, np.nan)

        def kernel(block, thread):
            t = number(block, thread)
            if t < out.size:
                out.flat[t] = right.flat[t]

        launch(kernel, blocks(out.size), 32)
        return out

    return answer


def test_outputs_that_no_thread_wrote_tell_why():
    too_few = one_thread_an_output(lambda size: size // 32, lambda block, thread: block * 32 + thread)
    assert names_of("conv_direct", too_few) == ["one block too few"]


def test_blocks_that_overlap_by_one_thread_are_caught():
    overlap = one_thread_an_output(lambda size: -(-size // 32), lambda block, thread: block * 31 + thread)
    assert not judge("conv_direct", overlap, SEED).passed


def test_a_maximum_that_begins_far_below_zero_is_caught():
    def answer(x, size, stride):
        out, switches = find("max_pool_im2col").reference(x, size, stride)
        return np.maximum(out, -1e9), switches

    verdict = judge("max_pool_im2col", answer, SEED)
    assert [a.name for a in verdict.aspects if not a.passed] == ["edge cases"]


def test_a_slip_has_one_name_whether_sizes_are_refused_or_rounded():
    swapped = "height and width of the window swapped"

    def refuses(x, size, stride):
        return find("max_pool_forward").reference(x, size[::-1], stride)

    rounds = next(m.function for m in find("max_pool_forward").mistakes if m.name == swapped)
    assert names_of("max_pool_forward", refuses) == names_of("max_pool_forward", rounds) == [swapped]


def mirrored(a):
    """An argument or a result with its rows and columns exchanged."""
    if isinstance(a, tuple):
        return *a[:-2], a[-1], a[-2]
    return a.swapaxes(-1, -2) if np.ndim(a) == 4 else a


@pytest.mark.parametrize(
    "exercise",
    ["conv_forward", "conv_backward", "average_pool_forward", "average_pool_backward", "l2_pool_forward"],
)
def test_the_mirror_image_of_a_mistake_is_not_called_by_its_name_because_squares_look_alike(exercise):
    sided = re.compile("rows only|columns only|height|width|[FO][HW]")
    for mistake in (m for m in find(exercise).mistakes if sided.search(m.name)):

        def answer(*args, _wrong=mistake.function, **options):
            result = _wrong(*map(mirrored, args), **options)
            return tuple(map(mirrored, result)) if isinstance(result, tuple) else mirrored(result)

        mistakes = judge(exercise, answer, SEED).mistakes
        assert not [(m.name, m.aspects) for m in mistakes if m.aspects], mistake.name


def test_a_divisor_that_nobody_listed_is_not_called_by_that_of_squares():
    def answer(x, size, stride):
        return find("average_pool_forward").reference(x, size, stride) * size[0] / 2

    assert names_of("average_pool_forward", answer) == []


def by_loops(order, send):
    """An answer that goes through its outputs in loops of this order, the first letter outermost."""

    def answer(dout, *more):
        shape = [dout.shape["ncij".index(axis)] for axis in order]
        dx = np.zeros(more[-3])
        for index in np.ndindex(*shape):
            n, c, i, j = (index[order.index(axis)] for axis in "ncij")
            send(dx[n, c], dout[n, c, i, j], (n, c, i, j), *more)
        return dx

    return answer


def to_the_maximum(dx, gradient, place, switches, x_shape, size, stride):
    p, q = divmod(switches[place], size[1])
    dx[place[2] * stride + p, place[3] * stride + q] = gradient


def to_the_window(dx, gradient, place, x_shape, size, stride):
    top, left = place[2] * stride, place[3] * stride
    dx[top : top + size[0], left : left + size[1]] = gradient / (size[0] * size[1])


@pytest.mark.parametrize("order", ["ncij", "ncji", "ijnc", "jinc"])
@pytest.mark.parametrize(
    ("exercise", "send"),
    [("max_pool_backward", to_the_maximum), ("average_pool_backward", to_the_window)],
)
def test_overwritten_gradients_have_one_name_on_every_seed_and_in_every_order_of_loops(exercise, send, order):
    given = [judge(exercise, by_loops(order, send), seed).mistakes for seed in range(12)]
    assert {tuple(m.name for m in mistakes) for mistakes in given} == {
        ("gradients that meet are not added up",)
    }


def test_a_constant_gradient_is_not_called_a_memory():
    def answer(dout, x_shape, size, stride):
        return find("average_pool_backward").reference(np.ones_like(dout), x_shape, size, stride)

    for seed in range(100, 108):
        names = [m.name for m in judge("average_pool_backward", answer, seed).mistakes]
        assert names == ["ones instead of dout"]


def test_whole_numbers_have_one_name_on_every_seed_however_they_are_added_up():
    def sums_cut(dx, gradient, place, switches, x_shape, size, stride):
        p, q = divmod(switches[place], size[1])
        dx[place[2] * stride + p, place[3] * stride + q] += gradient

    def shares_cut(dx, gradient, *more):
        sums_cut(dx, int(gradient), *more)

    for add in (sums_cut, shares_cut):

        def answer(dout, switches, x_shape, size, stride, add=add):
            dx = np.zeros(x_shape, int)
            for n, c, i, j in np.ndindex(dout.shape):
                add(dx[n, c], dout[n, c, i, j], (n, c, i, j), switches, x_shape, size, stride)
            return dx

        for seed in range(8):
            names = [m.name for m in judge("max_pool_backward", answer, seed).mistakes]
            assert names == ["results cut to whole numbers"]


def test_a_mistake_in_an_answer_that_changes_its_input_too_is_named_once():
    def answer(x, w, b, stride=1, pad=0):
        w[:] = w[:, :, ::-1, ::-1]
        return find("conv_forward").reference(x, w, b, stride, pad)

    assert sorted(names_of("conv_forward", answer)) == [
        "changes its input",
        "true convolution: the filter is flipped",
    ]
