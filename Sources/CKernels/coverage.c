#include "LayoutKernels.h"

#include <string.h>

#include "widest.h"

enum { block = 16 };
typedef int32_t int_block __attribute__((vector_size(4 * block)));
typedef float float_block __attribute__((vector_size(4 * block)));

typedef float quad __attribute__((vector_size(16), may_alias));

// Past the caches: a row of a large plane is not read again before it has left them, and what it replaces need not be
// fetched first.
static inline __attribute__((always_inline)) void stream(float *target, ptrdiff_t count, float share) {
  const quad four = {share, share, share, share};
  for (ptrdiff_t x = 0; x < count; x += 4) __builtin_nontemporal_store(four, (quad *)(target + x));
}

// The columns before `end` from `start` on become `sum`.
static inline __attribute__((always_inline)) void fill(float *target, ptrdiff_t start, ptrdiff_t end, int32_t sum,
                                                       int streams) {
  if (end <= start) return;
  const float share = sum <= 0 ? 0 : sum < 1 << 24 ? (float)sum * 0x1p-24f : 1;
  if (streams) {
    stream(target + start, end - start, share);
  } else if (sum <= 0) {
    memset(target + start, 0, (size_t)(end - start) * sizeof *target);
  } else {
    for (ptrdiff_t x = start; x < end; x++) target[x] = share;
  }
}

// Each element becomes the sum of all up to it.
#define ADD_SHIFTED(v, zero, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
  v += __builtin_shufflevector(zero, v, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)

static inline __attribute__((always_inline)) void row(int32_t *restrict changes, uint64_t *restrict touched,
                                                      float *restrict target, ptrdiff_t width, int streams) {
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
      fill(target, done, first, sum, streams);
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
      if (streams && done <= width) {
        for (int part = 0; part < block / 4; part++) {
          quad four;
          memcpy(&four, (const char *)&shares + part * sizeof four, sizeof four);
          __builtin_nontemporal_store(four, (quad *)(target + first) + part);
        }
      } else if (done <= width) {
        memcpy(target + first, &shares, sizeof shares);
      } else {
        memcpy(target + first, &shares, (size_t)(width - first) * sizeof *target);
      }
    }
  }
  fill(target, done, width, sum, streams);
}

WIDEST void gd_coverage_row(int32_t *changes, uint64_t *touched, float *target, ptrdiff_t width) {
  row(changes, touched, target, width, 0);
}

WIDEST void gd_coverage_row_streamed(int32_t *changes, uint64_t *touched, float *target, ptrdiff_t width) {
  row(changes, touched, target, width, 1);
}

void gd_clear_streamed(float *target, ptrdiff_t count) { stream(target, count, 0); }

void gd_end_streaming(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
