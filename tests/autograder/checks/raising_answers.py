"""Answers that raise, each with the names that it must be given, no others, and words that must be said."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import find
from cs_conv.gpu.standin import standin as xp
from cs_conv.threads import launch

TYPO = "a misspelt name"
UNKNOWN = "a name that is not defined"
UNSET = "a variable used before it has a value"
FLOAT = "a float where a whole number is needed"
PARAMETERS = "parameters other than the exercise's"

ANSWERS = []
"""Each: an exercise, an answer that raises, its names and no others, and words that are said."""


def raises(exercise, *names, words=""):
    def keep(answer):
        ANSWERS.append(pytest.param(exercise, answer, names, words, id=f"{exercise}: {answer.__name__}"))
        return answer

    return keep


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def sizes(x, w, stride, pad):
    return ((n + 2 * pad - f) // stride + 1 for n, f in zip(x.shape[2:], w.shape[2:], strict=True))


def filled(out, x_pad, w, b, stride):
    """The usual loops."""
    FH, FW = w.shape[2:]
    for n, k, i, j in np.ndindex(out.shape):
        window = x_pad[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


# Misspelt names


@raises("conv_forward", TYPO, words="There is no `np.padd`; did you mean `np.pad`?")
def a_function_of_numpy(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, stride, pad)
    x_pad = np.padd(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return filled(np.zeros((len(x), len(w), OH, OW)), x_pad, w, b, stride)


@raises("conv_backward", TYPO, words="There is no `np.padd`; did you mean `np.pad`?")
def a_function_of_numpy_under_a_condition(dout, x, w, stride=1, pad=0):
    x_pad = x
    if pad > 0:
        x_pad = np.padd(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    assert x_pad.shape[2] >= w.shape[2]
    return find("conv_backward").reference(dout, x, w, stride, pad)


@raises("conv_forward", TYPO, words="Nothing is called `strid` here; did you mean `stride`?")
def a_parameter(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, strid, pad)  # noqa: F821
    return filled(np.zeros((len(x), len(w), OH, OW)), padded(x, pad), w, b, stride)


@raises("col2im", TYPO, words="Nothing is called `x_pda` here; did you mean `x_pad`?")
def a_variable_under_a_condition(cols, x_shape, size, stride=1, pad=0):
    x_pad = find("col2im").reference(cols, x_shape, size, stride, pad)
    if pad:
        return x_pda  # noqa: F821
    return x_pad


@raises("im2col", TYPO, words="There is no `ndarray.shap`; did you mean `ndarray.shape`?")
def an_attribute_of_an_array(x, size, stride=1, pad=0):
    N, C, H, W = x.shap
    return find("im2col").reference(x, size, stride, pad)


@raises("max_pool_forward", TYPO, words="did you mean `ndarray.argmax`?")
def a_method_of_an_array(x, size, stride):
    x[0, 0].agrmax()
    return find("max_pool_forward").reference(x, size, stride)


@raises("conv_forward", TYPO, words="did you mean `OH`?")
def capitals(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, stride, pad)
    return filled(np.zeros((len(x), len(w), Oh, OW)), padded(x, pad), w, b, stride)  # noqa: F821


@raises("conv_forward", TYPO, words="`sum` has no argument `axs`; did you mean `axis`?")
def a_keyword_of_numpy(x, w, b, stride=1, pad=0):
    return np.sum(x, axs=1)


@raises("conv_forward", TYPO, words="Nothing is called `rnage` here; did you mean `range`?")
def a_function_of_python(x, w, b, stride=1, pad=0):
    for _ in rnage(len(x)):  # noqa: F821
        pass


@raises(
    "fast_conv_forward", TYPO, words="There is no `np.lib.strid_tricks`; did you mean `np.lib.stride_tricks`?"
)
def a_module_of_numpy(x, w, b, stride=1, pad=0):
    return np.lib.strid_tricks.sliding_window_view(x, w.shape[2:], (2, 3))


@raises("conv_forward", UNKNOWN, words="Nothing is called `math` here: import it first.")
def a_module_that_is_not_imported(x, w, b, stride=1, pad=0):
    return math.ceil(x.size)  # noqa: F821


@raises("conv_forward", TYPO, words="Nothing is called `padedd` here; did you mean `padded`?")
def a_helper_of_another_cell(x, w, b, stride=1, pad=0):
    return padedd(x, pad)  # noqa: F821


@raises("conv_forward", UNKNOWN, words="Nothing is called `OW` here: give it a value before this line")
def a_name_that_is_not_close_to_another(x, w, b, stride=1, pad=0):
    OH, width = sizes(x, w, stride, pad)
    return filled(np.zeros((len(x), len(w), OH, OW)), padded(x, pad), w, b, stride)  # noqa: F821


@raises("conv_forward", UNKNOWN, words="Nothing is called `out_w` here")
def a_name_that_differs_in_what_it_means(x, w, b, stride=1, pad=0):
    out_h, _ = sizes(x, w, stride, pad)
    return filled(np.zeros((len(x), len(w), out_h, out_w)), padded(x, pad), w, b, stride)  # noqa: F821


@raises("average_pool_backward", words="'tuple' object has no attribute 'sum'")
def an_attribute_that_nothing_is_close_to(dout, x_shape, size, stride):
    return np.zeros(x_shape.sum())


# Variables that are not set


@raises("conv_forward", UNSET, words="`x_pad` is set only under `if pad > 0`.")
def padding_only_under_a_condition(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, stride, pad)
    if pad > 0:
        x_pad = padded(x, pad)
    return filled(np.zeros((len(x), len(w), OH, OW)), x_pad, w, b, stride)


@raises("conv_backward", UNSET, words="`x_pad` is set only under `if pad`.")
def padding_only_under_a_condition_backward(dout, x, w, stride=1, pad=0):
    if pad:
        x_pad = padded(x, pad)
    assert x_pad.shape
    return find("conv_backward").reference(dout, x, w, stride, pad)


@raises("im2col", UNSET, words="`OW` is set only under the `else` of `if x.shape[2] == x.shape[3]`.")
def a_size_only_in_an_else(x, size, stride=1, pad=0):
    if x.shape[2] == x.shape[3]:
        OH = 1
    else:
        OH, OW = 1, 1
    assert OH + OW
    return find("im2col").reference(x, size, stride, pad)


@raises("conv_forward", UNSET, words="`total` has no value yet")
def a_total_that_never_began(x, w, b, stride=1, pad=0):
    for value in x.ravel():
        total += value  # noqa: F821
    return total


@raises("max_pool_forward", UNSET, words="`best` is used before the line that sets it")
def a_variable_used_too_early(x, size, stride):
    if best < 0:  # noqa: F821
        pass
    best = x.max()
    return best, best


# Floats


@raises("conv_forward", FLOAT, words="use `//` in `(x.shape[2] + 2 * pad - w.shape[2]) / stride`.")
def a_size_from_a_division(x, w, b, stride=1, pad=0):
    OH = (x.shape[2] + 2 * pad - w.shape[2]) / stride + 1
    return filled(np.zeros((len(x), len(w), OH, OH)), padded(x, pad), w, b, stride)


@raises("im2col", FLOAT, words="use `//` where sizes and indices are worked out.")
def a_range_of_a_float(x, size, stride=1, pad=0):
    OH = (x.shape[2] + 2 * pad - size[0]) / stride + 1
    OW = (x.shape[3] + 2 * pad - size[1]) / stride + 1
    return [x for i in range(OH) for j in range(OW)]


@raises("max_pool_forward", FLOAT, words="use `//` in `x.shape[2] / 2`.")
def a_slice_that_ends_at_a_float(x, size, stride):
    return x[:, :, : x.shape[2] / 2]


@raises("max_pool_backward", FLOAT, words="use `//` in `switches[0, 0, 0, 0] / size[1]`.")
def an_index_that_is_a_float(dout, switches, x_shape, size, stride):
    dx = np.zeros(x_shape)
    dx[0, 0, switches[0, 0, 0, 0] / size[1], 0] = 1
    return dx


@raises("conv_forward", FLOAT, words="`np.floor` gives a float: put int( ) around it.")
def a_size_rounded_down(x, w, b, stride=1, pad=0):
    OH = np.floor((x.shape[2] + 2 * pad - w.shape[2]) / stride) + 1
    return np.zeros((len(x), len(w), OH.item(), 1))


@raises("conv_forward", FLOAT, words="A size or an index is a float here, such as 2.0")
def a_size_made_of_a_float(x, w, b, stride=1, pad=0):
    return np.zeros((len(x), 0.5 * len(w)))


@raises("conv_forward", FLOAT, words="A size or an index is a float here, such as 2.0")
def a_size_made_of_a_float_beside_a_mean(x, w, b, stride=1, pad=0):
    mean = x.sum() / x.size
    return mean + np.zeros((len(x), 0.5 * len(w)))


@raises("conv_forward", FLOAT, words="use `//`")
def padding_by_a_float(x, w, b, stride=1, pad=0):
    return np.pad(x, (w.shape[2] - 1) / 2)


@raises("col2im", words="An index here is neither a whole number nor a slice")
def an_index_that_is_text(cols, x_shape, size, stride=1, pad=0):
    return cols["first"]


# Other parameters


@raises("conv_forward", PARAMETERS, words="with `(x, w, b, stride=..., pad=...)`. Call your `padding` `pad`.")
def a_parameter_of_another_name(x, w, b, stride=1, padding=0):
    return find("conv_forward").reference(x, w, b, stride, padding)


@raises("im2col", PARAMETERS, words="Call your `s` `stride`.")
def a_short_name(x, size, s=1, pad=0):
    return find("im2col").reference(x, size, s, pad)


@raises("conv_backward", PARAMETERS, words="Yours has no parameter `pad`.")
def a_parameter_that_is_not_there(dout, x, w, stride=1):
    return find("conv_backward").reference(dout, x, w, stride)


@raises("conv_forward", PARAMETERS, words="Yours has no parameter `pad`.")
def a_parameter_that_means_something_else(x, w, b, stride=1, dilation=1):
    return find("conv_forward").reference(x, w, b, stride)


@raises("conv_forward", PARAMETERS, words="Call your `S` `stride`. Call your `P` `pad`.")
def the_letters_of_the_formula(x, w, b, S=1, P=0):
    return find("conv_forward").reference(x, w, b, S, P)


@raises(
    "conv_forward", PARAMETERS, words="Yours has no parameters `stride` and `pad`. The exercise never gives"
)
def everything_in_one_dictionary(x, w, b, conv_param):
    return find("conv_forward").reference(x, w, b, **conv_param)


@raises("conv_backward", PARAMETERS, words="Yours needs 4; 3 are given by their place.")
def a_required_one_behind_the_others(x, w, b, dout, stride=1, pad=0):
    return find("conv_backward").reference(dout, x, w, stride, pad)


@raises("max_pool_forward", PARAMETERS, words="Yours needs 4; 3 are given by their place.")
def a_pair_as_two(x, pool_height, pool_width, stride):
    return find("max_pool_forward").reference(x, (pool_height, pool_width), stride)


@raises(
    "matmul_forward",
    PARAMETERS,
    words="never gives `K`, `OH` and `OW`: leave them out, or give them defaults.",
)
def a_shape_as_four(cols, w, b, N, K, OH, OW):
    return find("matmul_forward").reference(cols, w, b, (N, K, OH, OW))


@raises("filter_bank", TYPO, words="`conv_forward` has no argument `padding`; did you mean `pad`?")
def a_keyword_of_the_function_that_is_given(image, filters, conv):
    return conv(image[None, None], filters[:, None], np.zeros(len(filters)), padding=1)[0]


@raises("filter_bank", FLOAT, words="use `//` in `(len(filters[0]) - 1) / 2`.")
def a_float_for_a_function_of_the_course(image, filters, conv):
    return conv(image[None, None], filters[:, None], np.zeros(len(filters)), pad=(len(filters[0]) - 1) / 2)[0]


@raises("conv_gpu", TYPO, words="There is no `xp.asaray`; did you mean `xp.asarray`?")
def a_function_of_a_module_by_its_own_name(x, w, b, stride=1, pad=0):
    return xp.asnumpy(xp.asaray(x))


@raises("conv_direct", words="blocks must be a whole number, or a tuple of whole numbers, not 0.125")
def blocks_that_are_not_whole(x, w, b, stride=1, pad=0):
    launch(lambda block, thread: None, 4 / 32, 32)


@raises(
    "max_pool_forward",
    PARAMETERS,
    words="The exercise never gives `pad`: leave it out, or give it a default.",
)
def a_parameter_too_many(x, size, stride, pad):
    return find("max_pool_forward").reference(x, size, stride)


@raises("average_pool_forward", PARAMETERS, words="Yours takes 2; 3 are given by their place.")
def a_parameter_too_few(x, size):
    return find("average_pool_forward").reference(x, size, size[0])


@raises("conv_forward", PARAMETERS, words="`stride` comes after the first 3.")
def parameters_in_another_order(x, w, stride=1, pad=0, b=None):
    return find("conv_forward").reference(x, w, b, stride, pad)


@raises("conv_forward", PARAMETERS, words="`stride` is not always given: it needs a default.")
def parameters_without_defaults(x, w, b, stride, pad):
    return find("conv_forward").reference(x, w, b, stride, pad)


@raises("conv_forward", UNKNOWN, words="Nothing is called `N` here")
def a_number_that_is_not_its_index(x, w, b, stride=1, pad=0):
    for n in range(N):  # noqa: F821
        x[n] = 0


# Sizes: the numbers, and no cause


@raises("conv_backward", "an error where the output is not square", words="values do not fill the shape")
def out_reshaped_to_a_square(dout, x, w, stride=1, pad=0):
    N, K, OH, OW = dout.shape
    dout.reshape(N, K, OH, OH)
    return find("conv_backward").reference(dout, x, w, stride, pad)


@raises("conv_forward", "an error where the output is not square", words="values do not fill the shape")
def a_result_reshaped_to_a_square(x, w, b, stride=1, pad=0):
    out = find("conv_forward").reference(x, w, b, stride, pad)
    N, K, OH, OW = out.shape
    return out.reshape(N, K, OH, OH)


@raises("col2im", "an error with padding", words="was put into a place of shape")
def padding_not_cut_off_before_adding(cols, x_shape, size, stride=1, pad=0):
    x = find("col2im").reference(cols, x_shape, size, stride, pad)
    x += padded(x, pad)
    return x / 2


@raises("conv_backward", "an error with padding", words="was put into a place of shape")
def padding_not_cut_off_before_writing(dout, x, w, stride=1, pad=0):
    dx, dw, db = find("conv_backward").reference(dout, x, w, stride, pad)
    dx[...] = padded(dx, pad)
    return dx, dw, db


@raises("conv_forward", "an error with padding", words="padding is for another day")
def padding_refused(x, w, b, stride=1, pad=0):
    if pad:
        raise ValueError("padding is for another day")
    return find("conv_forward").reference(x, w, b, stride)


@raises("im2col", "an error with padding", words="AssertionError")
def padding_refused_by_an_assertion(x, size, stride=1, pad=0):
    assert pad == 0
    return find("im2col").reference(x, size, stride)


@raises("col2im", words="ZeroDivisionError")
def a_division_by_the_padding(cols, x_shape, size, stride=1, pad=0):
    1 / (pad - 1)
    return find("col2im").reference(cols, x_shape, size, stride, pad)


@raises("conv_forward", "an error without padding", words="KeyError")
def a_table_of_paddings(x, w, b, stride=1, pad=0):
    return find("conv_forward").reference(x, w, b, stride, {1: 1, 2: 2, 3: 3}[pad])


@raises("conv_forward", "an error for filters that are not square", words="squares only")
def only_square_filters(x, w, b, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        raise ValueError("squares only")
    return find("conv_forward").reference(x, w, b, stride, pad)


@raises("conv_forward", UNKNOWN, words="Nothing is called `mystery` here")
def a_name_that_is_missing_for_some_filters(x, w, b, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        return mystery  # noqa: F821
    return find("conv_forward").reference(x, w, b, stride, pad)


@raises("max_pool_forward", words="numbered 0 to 1; number 2 was asked for")
def one_index_too_far(x, size, stride):
    return x[0, 0, x.shape[2]], x


@raises("matmul_forward", words="The inner sizes of a matrix product must be equal")
def a_product_turned_around(cols, w, b, out_shape):
    return np.ones((len(cols), 3)) @ np.ones((2, len(w)))


@raises("conv_forward", words="4 names stand to the left of `=`, and 2 values to its right")
def a_shape_unpacked_from_two_axes(x, w, b, stride=1, pad=0):
    N, C, H, W = x[0, 0].shape
    return N + C + H + W


@raises("conv_forward", words="All sizes of an array go into one argument, np.zeros((2, 3))")
def sizes_without_parentheses(x, w, b, stride=1, pad=0):
    return np.zeros(len(x), len(w))


@raises("conv_forward", words="x.shape is not a function: leave ( ) out")
def a_shape_that_is_called(x, w, b, stride=1, pad=0):
    return np.zeros(x.shape())


@raises("conv_forward", words="stands where one number belongs: take an entry of it, x.shape[0]")
def a_shape_for_a_size(x, w, b, stride=1, pad=0):
    for _ in range(x.shape):
        pass


@raises("conv_backward", TYPO, words="`sum` has no argument `axes`; did you mean `axis`?")
def a_keyword_of_a_method_of_numpy(dout, x, w, stride=1, pad=0):
    return dout.sum(axes=(0, 2, 3))


@raises("trip_times", words="a product is written with *")
def a_number_that_is_called(bytes_in, bytes_out, work, bus, calls):
    return calls(work), work


@raises("conv_forward", words="range(n) counts from 0 to n - 1")
def a_loop_over_a_number(x, w, b, stride=1, pad=0):
    for n in len(x):
        x[n] = 0


@raises("l2_pool_forward", words="A power is written with `**`")
def a_hat_for_a_power(x, size, stride):
    return np.sqrt(np.sum(x ^ 2, axis=(2, 3)))


@raises("fast_max_pool", words="np.where and np.maximum decide value by value")
def a_question_to_an_array(x, size, stride):
    return (x, x) if x.repeat(2) > 0 else (-x, x)


@raises("average_pool_backward", words="make it without dtype=int")
def floats_added_to_whole_numbers(dout, x_shape, size, stride):
    dx = np.zeros(x_shape, int)
    dx += dout.mean()


@raises("conv_forward", words="An entry is taken with [ ]; ( ) calls a function")
def an_array_that_is_called(x, w, b, stride=1, pad=0):
    return x(0)


@raises("conv_forward", words="a function without `return` gives None")
def a_helper_without_return(x, w, b, stride=1, pad=0):
    def pad_it():
        padded(x, pad)

    return pad_it().shape


@raises("conv_forward", words="A whole array was put where one number belongs")
def an_array_for_a_number(x, w, b, stride=1, pad=0):
    out = np.zeros((len(x), len(w)))
    out[0, 0] = x[0, 0]
    return out


# Errors that do tell the cause


@raises("conv_forward", "an error for pad = 0, where x is written into [pad:-pad]", words="which is empty")
def written_image_by_image_between_pad_and_minus_pad(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n in range(N):
        x_pad[n, :, pad:-pad, pad:-pad] = x[n]
    return filled(np.zeros((N, len(w), *sizes(x, w, stride, pad))), x_pad, w, b, stride)


@raises("conv_forward", "i over OW, j over OH")
def loops_exchanged(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, stride, pad)
    out, x_pad, (FH, FW) = np.zeros((len(x), len(w), OH, OW)), padded(x, pad), w.shape[2:]
    for n, k, i, j in np.ndindex(len(x), len(w), OW, OH):
        window = x_pad[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


@raises("conv_forward", "i over OW, j over OH")
def shape_of_out_exchanged(x, w, b, stride=1, pad=0):
    OH, OW = sizes(x, w, stride, pad)
    out, x_pad, (FH, FW) = np.zeros((len(x), len(w), OW, OH)), padded(x, pad), w.shape[2:]
    for n, k, i, j in np.ndindex(len(x), len(w), OH, OW):
        window = x_pad[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


@raises("conv_forward", "more padding counted than put on")
def height_taken_after_padding(x, w, b, stride=1, pad=0):
    x_pad = padded(x, pad)
    return filled(np.zeros((len(x), len(w), *sizes(x_pad, w, stride, pad))), x_pad, w, b, stride)


@raises("conv_forward", "more padding counted than put on")
def height_taken_after_padding_pixel_by_pixel(x, w, b, stride=1, pad=0):
    x_pad = padded(x, pad)
    out = np.zeros((len(x), len(w), *sizes(x_pad, w, stride, pad)))
    for n, k, i, j in np.ndindex(out.shape):
        for c, p, q in np.ndindex(w.shape[1:]):
            out[n, k, i, j] += x_pad[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
    return out + b[:, None, None]


@raises("conv_backward", "padding missing, in dw, in dx or in both")
def windows_of_the_image_as_it_came(dout, x, w, stride=1, pad=0):
    dx, dw, (FH, FW) = np.zeros_like(x), np.zeros_like(w), w.shape[2:]
    for n, k, i, j in np.ndindex(dout.shape):
        rows, columns = (slice(a * stride, a * stride + f) for a, f in ((i, FH), (j, FW)))
        dx[n, :, rows, columns] += dout[n, k, i, j] * w[k]
        dw[k] += dout[n, k, i, j] * x[n, :, rows, columns]
    return dx, dw, dout.sum(axis=(0, 2, 3))


@raises("col2im", "no room for the padding, or too little")
def columns_added_to_the_image_as_it_is(cols, x_shape, size, stride=1, pad=0):
    N, C, H, W = x_shape
    OH, OW = ((n + 2 * pad - f) // stride + 1 for n, f in zip((H, W), size, strict=True))
    x = np.zeros(x_shape)
    for m, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
        rows, columns = (slice(a * stride, a * stride + f) for a, f in zip((i, j), size, strict=True))
        x[n, :, rows, columns] += cols[:, m].reshape(C, *size)
    return x


@raises("im2col", "i over OW, j over OH")
def columns_with_loops_exchanged(x, size, stride=1, pad=0):
    x_pad = padded(x, pad)
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x_pad.shape[2:], size, strict=True))
    cols = np.zeros((x.shape[1] * size[0] * size[1], len(x) * OH * OW))
    for m, (n, i, j) in enumerate(np.ndindex(len(x), OW, OH)):
        rows, columns = (slice(a * stride, a * stride + f) for a, f in zip((i, j), size, strict=True))
        cols[:, m] = x_pad[n, :, rows, columns].ravel()
    return cols


@raises("max_pool_forward", "i over OW, j over OH")
def pooling_with_loops_exchanged(x, size, stride):
    right, switches = find("max_pool_forward").reference(x, size, stride)
    OH, OW = right.shape[2:]
    out = np.zeros_like(right)
    for n, c, i, j in np.ndindex(*x.shape[:2], OW, OH):
        out[n, c, i, j] = x[n, c, i * stride :, j * stride :][: size[0], : size[1]].max()
    return out, switches
