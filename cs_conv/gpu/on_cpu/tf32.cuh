// The two instructions of kernels/tf32.cuh, spelt out: the same names, the same deal of the pieces to the
// warp.

typedef float tf32;

static inline tf32 to_tf32(float value) {  // round the mantissa to 10 bits, halves away from zero
    unsigned bits;
    memcpy(&bits, &value, 4);
    if ((bits & 0x7f800000) != 0x7f800000) bits += 0x1000;  // infinities and NaNs stay
    bits &= 0xffffe000;
    memcpy(&value, &bits, 4);
    return value;
}

static inline void multiply_add(float *sums, const tf32 *a, const tf32 *b) {
    on_cpu::Fiber *me = on_cpu::current;
    memcpy(me->left, a, sizeof me->left);
    memcpy(me->right, b, sizeof me->right);
    __syncwarp();  // the whole warp has shown what it holds
    on_cpu::Fiber **warp = &on_cpu::fibers[me->number / 32 * 32];
    int group = me->number % 32 / 4, member = me->number % 4;
    for (int s = 0; s < 4; s++) {
        int row = group + s / 2 * 8, column = member * 2 + s % 2;
        for (int d = 0; d < 8; d++) {
            float left = warp[row % 8 * 4 + d % 4]->left[row / 8 + d / 4 * 2];
            sums[s] += left * warp[column * 4 + d % 4]->right[d / 4];
        }
    }
    __syncwarp();
}
