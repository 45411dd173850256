#include "NetworkKernels.h"

#include <string.h>

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

ptrdiff_t gd_only_channel(const float *shares, ptrdiff_t pixels, ptrdiff_t channels) {
  ptrdiff_t only = -1;
  for (ptrdiff_t p = 0; p < pixels; p++, shares += channels)
    for (ptrdiff_t c = 0; c < channels; c++) {
      if (shares[c] == 0 || c == only) continue;
      if (only >= 0) return -1;
      only = c;
    }
  return only;
}

// The places of a kernel, from `*first` to `*end`, that fall into a picture of `size` when its corner is at `corner`.
static inline void inside(ptrdiff_t corner, ptrdiff_t size, ptrdiff_t kernel, ptrdiff_t *first, ptrdiff_t *end) {
  *first = corner < 0 ? -corner : 0;
  *end = corner + kernel > size ? size - corner : kernel;
}

WIDEST void gd_convolution_back_of_channel(gd_square_convolution shape, const float *shares, ptrdiff_t channel,
                                           const float *weights, ptrdiff_t first, ptrdiff_t count, float *target) {
  memset(target, 0, (size_t)(shape.in_height * shape.in_width * shape.in_channels) * sizeof *target);
  for (ptrdiff_t y = 0; y < shape.out_height; y++) {
    const ptrdiff_t top = y * shape.stride - shape.padding;
    ptrdiff_t upper, lower;
    inside(top, shape.in_height, shape.kernel, &upper, &lower);
    for (ptrdiff_t x = 0; x < shape.out_width; x++) {
      const float share = shares[(y * shape.out_width + x) * shape.out_channels + channel];
      if (share == 0) continue;
      const ptrdiff_t start = x * shape.stride - shape.padding;
      ptrdiff_t left, right;
      inside(start, shape.in_width, shape.kernel, &left, &right);
      for (ptrdiff_t j = upper; j < lower; j++)
        for (ptrdiff_t i = left; i < right; i++) {
          float *restrict at = target + ((top + j) * shape.in_width + start + i) * shape.in_channels + first;
          const float *restrict weight = weights + (j * shape.kernel + i) * count;
          for (ptrdiff_t c = 0; c < count; c++) at[c] += share * weight[c];
        }
    }
  }
}

WIDEST void gd_flat_relevance(gd_square_convolution shape, ptrdiff_t groups, const float *relevance,
                              const float *one_over, float *target, float *sums, float *row) {
  const ptrdiff_t outs = shape.out_channels / groups, ins = shape.in_channels / groups;
  const ptrdiff_t pixels = shape.out_height * shape.out_width;
  for (ptrdiff_t group = 0; group < groups; group++) {
    for (ptrdiff_t p = 0; p < pixels; p++) {
      float sum = 0;
      for (ptrdiff_t c = 0; c < outs; c++) sum += relevance[p * shape.out_channels + group * outs + c];
      sums[p] = sum * one_over[p];
    }
    for (ptrdiff_t y = 0; y < shape.in_height; y++) {
      memset(row, 0, (size_t)shape.out_width * sizeof *row);
      for (ptrdiff_t j = 0; j < shape.kernel; j++) {
        const ptrdiff_t top = y + shape.padding - j;
        if (top < 0 || top % shape.stride || top / shape.stride >= shape.out_height) continue;
        const float *of = sums + top / shape.stride * shape.out_width;
        for (ptrdiff_t x = 0; x < shape.out_width; x++) row[x] += of[x];
      }
      for (ptrdiff_t x = 0; x < shape.in_width; x++) {
        float sum = 0;
        for (ptrdiff_t i = 0; i < shape.kernel; i++) {
          const ptrdiff_t start = x + shape.padding - i;
          if (start < 0 || start % shape.stride || start / shape.stride >= shape.out_width) continue;
          sum += row[start / shape.stride];
        }
        float *at = target + (y * shape.in_width + x) * shape.in_channels + group * ins;
        for (ptrdiff_t c = 0; c < ins; c++) at[c] = sum;
      }
    }
  }
}
