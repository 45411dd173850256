#include "LayoutKernels.h"

#include <string.h>

#include "widest.h"

enum { block = 16 };
typedef int32_t int_block __attribute__((vector_size(4 * block)));
typedef float float_block __attribute__((vector_size(4 * block)));

// The columns before `end` from `start` on become `sum`.
static inline void fill(float *target, ptrdiff_t start, ptrdiff_t end, int32_t sum) {
  if (end <= start) return;
  if (sum <= 0) {
    memset(target + start, 0, (size_t)(end - start) * sizeof *target);
    return;
  }
  const float share = sum < 1 << 24 ? (float)sum * 0x1p-24f : 1;
  for (ptrdiff_t x = start; x < end; x++) target[x] = share;
}

// Each element becomes the sum of all up to it.
#define ADD_SHIFTED(v, zero, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
  v += __builtin_shufflevector(zero, v, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)

WIDEST void gd_coverage_row(int32_t *restrict changes, uint64_t *restrict touched, float *restrict target,
                            ptrdiff_t width) {
  const int_block zero = {0};
  const ptrdiff_t words = width / (64 * block) + 1;
  ptrdiff_t done = 0;
  int32_t sum = 0;
  for (ptrdiff_t word = 0; word < words; word++) {
    uint64_t bits = touched[word];
    touched[word] = 0;
    while (bits) {
      const ptrdiff_t first = (word * 64 + __builtin_ctzll(bits)) * block;
      bits &= bits - 1;
      if (first >= width) {
        // What only the column behind the last one adds.
        memset(changes + first, 0, block * sizeof *changes);
        break;
      }
      fill(target, done, first, sum);
      int_block v;
      memcpy(&v, changes + first, sizeof v);
      memset(changes + first, 0, sizeof v);
      ADD_SHIFTED(v, zero, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
      ADD_SHIFTED(v, zero, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
      ADD_SHIFTED(v, zero, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
      ADD_SHIFTED(v, zero, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
      v += sum;
      sum = v[block - 1];
      // Two lines that cross within one level give a trace too much on one side and too little on the other.
      const int_block one = zero + (1 << 24);
      v &= ~(v < 0);
      const int_block above = v > one;
      v = (v & ~above) | (one & above);
      const float_block shares = __builtin_convertvector(v, float_block) * 0x1p-24f;
      done = first + block;
      if (done <= width) {
        memcpy(target + first, &shares, sizeof shares);
      } else {
        memcpy(target + first, &shares, (size_t)(width - first) * sizeof *target);
      }
    }
  }
  fill(target, done, width, sum);
}
