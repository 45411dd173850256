#include <string.h>

#include "LayoutKernels.h"
#include "widest.h"

// Eight corners: numbers x, y, x, y, ..., or one corner in each 64 bits, x below.
typedef int32_t numbers __attribute__((vector_size(64)));
typedef int64_t corners8 __attribute__((vector_size(64)));

WIDEST void gd_big_endian_numbers(const void *source, int32_t *restrict target, ptrdiff_t count) {
  const uint8_t *bytes = source;
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t number;
    memcpy(&number, bytes + 4 * i, sizeof number);
    target[i] = (int32_t)__builtin_bswap32(number);
  }
}

// x1 * y2 - x2 * y1 of two corners; sums of it are right modulo 2^64.
static inline uint64_t cross(const int32_t *a, const int32_t *b) {
  return (uint64_t)((int64_t)a[0] * b[1]) - (uint64_t)((int64_t)b[0] * a[1]);
}

WIDEST int64_t gd_outline(const int32_t *corners, ptrdiff_t points, int32_t *box) {
  int32_t left = corners[0], bottom = corners[1], right = left, top = bottom;
  uint64_t sum = cross(corners + 2 * (points - 1), corners);
  ptrdiff_t i = 0;
  if (points > 8) {
    numbers low, high;
    memcpy(&low, corners, sizeof low);
    high = low;
    typedef uint64_t sums8 __attribute__((vector_size(64)));
    sums8 sums = {0};
    for (; i + 8 < points; i += 8) {
      numbers here;
      corners8 a, b;
      memcpy(&here, corners + 2 * i, sizeof here);
      memcpy(&a, corners + 2 * i, sizeof a);
      memcpy(&b, corners + 2 * (i + 1), sizeof b);
      const numbers less = here < low, more = here > high;
      low = (here & less) | (low & ~less);
      high = (here & more) | (high & ~more);
      const corners8 ax = (a << 32) >> 32, ay = a >> 32, bx = (b << 32) >> 32, by = b >> 32;
      sums += (sums8)(ax * by) - (sums8)(bx * ay);
    }
    for (int k = 0; k < 16; k += 2) {
      left = low[k] < left ? low[k] : left;
      bottom = low[k + 1] < bottom ? low[k + 1] : bottom;
      right = high[k] > right ? high[k] : right;
      top = high[k + 1] > top ? high[k + 1] : top;
    }
    for (int k = 0; k < 8; k++) sum += sums[k];
  }
  for (; i < points; i++) {
    const int32_t x = corners[2 * i], y = corners[2 * i + 1];
    left = x < left ? x : left;
    bottom = y < bottom ? y : bottom;
    right = x > right ? x : right;
    top = y > top ? y : top;
    if (i + 1 < points) sum += cross(corners + 2 * i, corners + 2 * i + 2);
  }
  box[0] = left;
  box[1] = bottom;
  box[2] = right;
  box[3] = top;
  return (int64_t)sum;
}
