// CUDA on a CPU, for small cases: enough of the language that the kernels of this course compile with g++.
//
// A block's threads are fibers: each runs until it meets a barrier or ends, then the next one does. One at a
// time and in a fixed order, so results repeat exactly; and since the first thread runs as far ahead as the
// barriers let it, a missing barrier shows. Shared memory holds NaN when a block begins. Blocks run one after
// the other. Nothing here says how fast a GPU would be.
#pragma once
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmath>
#include <utility>

#define __global__
#define __device__ inline
#define __restrict__
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ static __attribute__((section("shared")))

using std::isinf, std::isnan;
template <class T> inline T min(T a, T b) { return b < a ? b : a; }
template <class T> inline T max(T a, T b) { return a < b ? b : a; }

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};
static dim3 gridDim, blockDim, blockIdx, threadIdx;

// The linker marks where the section of all shared arrays begins and ends.
extern "C" __attribute__((weak, visibility("hidden"))) char __start_shared[], __stop_shared[];

namespace on_cpu {

const int STACK = 64 * 1024, WARP = 32, MOST_THREADS = 1024;  // a block
enum State { RUNNING, AT_BARRIER, AT_WARP_BARRIER, ENDED };

struct Fiber {
    ucontext_t start;
    jmp_buf place;  // where it stopped
    bool started = false;
    State state = ENDED;
    int number;
    dim3 index;
    float left[4], right[2];  // what a thread shows to its warp in an instruction of the tensor cores
};

static Fiber *fibers[MOST_THREADS];  // of one block; used again for the next
static Fiber *current;
static jmp_buf scheduler;
static void (*body)(void **);
static void **body_arguments;

static void stop(State state) {
    current->state = state;
    if (!_setjmp(current->place)) _longjmp(scheduler, 1);
}

static void live() {
    for (;;) {  // one kernel thread after the other, a block at a time
        body(body_arguments);
        stop(ENDED);
    }
}

static void resume(Fiber *fiber) {
    current = fiber;
    threadIdx = fiber->index;
    if (_setjmp(scheduler)) return;  // it stopped
    if (fiber->started) _longjmp(fiber->place, 1);
    fiber->started = true;
    setcontext(&fiber->start);
}

static Fiber *make_fiber() {
    Fiber *fiber = new Fiber;
    getcontext(&fiber->start);
    fiber->start.uc_stack.ss_sp = malloc(STACK);
    fiber->start.uc_stack.ss_size = STACK;
    makecontext(&fiber->start, live, 0);
    return fiber;
}

// Let the threads [first, last) pass a barrier where every one of them has come to it.
static bool pass(int first, int last, State barrier) {
    for (int t = first; t < last; t++)
        if (fibers[t]->state != barrier) return false;
    for (int t = first; t < last; t++) fibers[t]->state = RUNNING;
    return true;
}

// Run a warp as far as it comes by itself.
static void run_warp(int warp, int threads, bool backwards) {
    int first = warp * WARP, last = min(first + WARP, threads);
    do
        for (int t = first; t < last; t++) {
            Fiber *fiber = fibers[backwards ? first + last - 1 - t : t];
            if (fiber->state == RUNNING) resume(fiber);
        }
    while (pass(first, last, AT_WARP_BARRIER));
}

// Run one block; false where threads wait at a barrier that others never come to.
static bool run_block(bool backwards) {
    int threads = blockDim.x * blockDim.y * blockDim.z;
    if (__start_shared) memset(__start_shared, 0xff, __stop_shared - __start_shared);
    for (int t = 0; t < threads; t++) {
        if (!fibers[t]) fibers[t] = make_fiber();
        fibers[t]->number = t;
        fibers[t]->index = {t % blockDim.x, t / blockDim.x % blockDim.y, t / (blockDim.x * blockDim.y)};
        fibers[t]->state = RUNNING;
    }
    int warps = (threads + WARP - 1) / WARP;
    do
        for (int w = 0; w < warps; w++) run_warp(backwards ? warps - 1 - w : w, threads, backwards);
    while (pass(0, threads, AT_BARRIER));
    for (int t = 0; t < threads; t++)
        if (fibers[t]->state != ENDED) return false;
    return true;
}

static int run(const unsigned *grid, const unsigned *block, void **arguments, bool backwards) {
    gridDim = {grid[0], grid[1], grid[2]};
    blockDim = {block[0], block[1], block[2]};
    body_arguments = arguments;
    for (unsigned z = 0; z < grid[2]; z++)
        for (unsigned y = 0; y < grid[1]; y++)
            for (unsigned x = 0; x < grid[0]; x++) {
                blockIdx = {x, y, z};
                if (run_block(backwards)) continue;
                memset(fibers, 0, sizeof fibers);  // some are stuck for good
                return 1;
            }
    return 0;
}

// A kernel gets its arguments as CUDA passes them: the address of each.
template <class... P, std::size_t... I>
static void call(void (*kernel)(P...), void **arguments, std::index_sequence<I...>) {
    kernel(*(P *)arguments[I]...);
}
template <class... P> static void call(void (*kernel)(P...), void **arguments) {
    call(kernel, arguments, std::index_sequence_for<P...>());
}

}  // namespace on_cpu

static inline void __syncthreads() {
    on_cpu::stop(on_cpu::AT_BARRIER);
}
static inline void __syncwarp() {
    on_cpu::stop(on_cpu::AT_WARP_BARRIER);
}

// What the loader calls: 0 where all threads came to an end.
#define ENTRY(kernel)                                                                                       \
    extern "C" int run_##kernel(                                                                            \
        const unsigned *grid, const unsigned *block, void **arguments, int backwards) {                     \
        on_cpu::body = [](void **a) { on_cpu::call(kernel, a); };                                           \
        return on_cpu::run(grid, block, arguments, backwards);                                              \
    }
