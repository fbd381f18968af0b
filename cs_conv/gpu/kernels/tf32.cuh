// Two instructions that CUDA C++ has no words for, from the manual of PTX, the GPU's assembly language. They
// need an A100 or younger (sm_80).

typedef unsigned tf32;  // the bits of a float with a mantissa of 10 bits

__device__ tf32 to_tf32(float value) {
    tf32 rounded;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(value));
    return rounded;
}

// sums (16x8) += a (16x8) times b (8x8), by the whole warp. Of lane l = 4 * group + member,
//     a holds (group, member), (group + 8, member), (group, member + 4), (group + 8, member + 4)
//     b holds (member, group), (member + 4, group)
//     sums holds (group, 2 * member + 0 and 1), (group + 8, 2 * member + 0 and 1)
__device__ void multiply_add(float *sums, const tf32 *a, const tf32 *b) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
