#include "NetworkKernels.h"

#include "widest.h"

WIDEST void gd_relevance_inverse(const float *z, const float *output, float *target, ptrdiff_t count, int outputs,
                                 float factor, float epsilon) {
  if (outputs == 0) {
    for (ptrdiff_t i = 0; i < count; i++) target[i] = factor / (z[i] + (z[i] >= 0 ? epsilon : -epsilon));
    return;
  }
  for (ptrdiff_t i = 0; i < count; i++) {
    const float inverse = factor / (z[i] + (z[i] >= 0 ? epsilon : -epsilon));
    target[i] = (outputs > 0 ? output[i] > 0 : output[i] < 0) ? inverse : 0;
  }
}

WIDEST int gd_multiply(const float *a, const float *b, float *target, ptrdiff_t count) {
  int any = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    target[i] = a[i] * b[i];
    any |= target[i] != 0;
  }
  return any;
}

static inline float part_of(float x, int part, float constant) {
  return part == 0 ? x : part == 1 ? (x > 0 ? x : 0) : part == 2 ? (x < 0 ? x : 0) : constant;
}

WIDEST void gd_part(const float *source, float *target, ptrdiff_t count, int part, float constant) {
  for (ptrdiff_t i = 0; i < count; i++) target[i] = part_of(source[i], part, constant);
}

WIDEST void gd_multiply_part(const float *source, const float *share, float *target, ptrdiff_t count, int part,
                             float constant, int add) {
  if (add) {
    for (ptrdiff_t i = 0; i < count; i++) target[i] += part_of(source[i], part, constant) * share[i];
  } else {
    for (ptrdiff_t i = 0; i < count; i++) target[i] = part_of(source[i], part, constant) * share[i];
  }
}

WIDEST void gd_keep_channels(const float *source, const float *kept, float *target, ptrdiff_t pixels,
                             ptrdiff_t channels) {
  for (ptrdiff_t p = 0; p < pixels; p++, source += channels, target += channels)
    for (ptrdiff_t c = 0; c < channels; c++) target[c] = kept[c] != 0 ? source[c] : 0;
}
