#include "CKernels.h"

#include <string.h>

#include "widest.h"

// Samples that are rounded at once, in the nearest cache.
enum { stretch = 1024 };

#define INTERLEAVED(count)                                                          \
  for (ptrdiff_t x = 0; x < length; x++)                                            \
    for (ptrdiff_t c = 0; c < (count); c++) into[x * (count) + c] = levels[c][x];   \
  break

WIDEST void gd_quantise(const float *const *planes, ptrdiff_t count, ptrdiff_t width, uint8_t *target) {
  uint8_t levels[4][stretch];
  for (ptrdiff_t start = 0; start < width; start += stretch) {
    const ptrdiff_t length = start + stretch < width ? stretch : width - start;
    for (ptrdiff_t c = 0; c < count; c++) {
      const float *samples = planes[c] + start;
      for (ptrdiff_t x = 0; x < length; x++) {
        // The order of the comparison sends what is no number to 0.
        const float held = samples[x] > 0 ? (samples[x] < 1 ? samples[x] : 1) : 0;
        levels[c][x] = (uint8_t)(int32_t)(held * 255 + 0.5f);
      }
    }
    uint8_t *into = target + start * count;
    // What is known of the count is what makes the loops fast.
    switch (count) {
      case 1: memcpy(into, levels[0], (size_t)length); break;
      case 2: INTERLEAVED(2);
      case 3: INTERLEAVED(3);
      default: INTERLEAVED(4);
    }
  }
}
