#include "NetworkKernels.h"

#include <math.h>
#include <string.h>

#include "widest.h"

static inline float widened(uint16_t value) {
  const uint32_t bits = (uint32_t)value << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

static inline uint16_t narrowed(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  // A NaN stays one whatever its payload.
  return value != value ? 0x7fc0 : (uint16_t)rounded;
}

WIDEST void gd_to_bf16(const float *source, uint16_t *target, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) target[i] = narrowed(source[i]);
}

WIDEST void gd_from_bf16(const uint16_t *source, float *target, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) target[i] = widened(source[i]);
}

#define ELEMENT float
#define NAME(name) name##_float
#define GET(x) (x)
#define PUT(x, value) ((x) = (value))
#include "network_template.h"
#undef ELEMENT
#undef NAME
#undef GET
#undef PUT

#define ELEMENT uint16_t
#define NAME(name) name##_bf16
#define GET(x) widened(x)
#define PUT(x, value) ((x) = narrowed(value))
#include "network_template.h"

void gd_activate(int bf16, const void *source, const float *bias, void *target, ptrdiff_t pixels, ptrdiff_t
                 channels, int activation, float slope) {
  if (bf16) activate_bf16(source, bias, target, pixels, channels, activation, slope);
  else activate_float(source, bias, target, pixels, channels, activation, slope);
}

void gd_activation_gradient(int bf16, const void *output, void *gradient, ptrdiff_t count, int activation, float
                            slope) {
  if (bf16) activation_gradient_bf16(output, gradient, count, activation, slope);
  else activation_gradient_float(output, gradient, count, activation, slope);
}

void gd_add(int bf16, const void *source, void *target, ptrdiff_t count) {
  if (bf16) add_bf16(source, target, count);
  else add_float(source, target, count);
}

void gd_scale_channels(int bf16, const void *source, const float *scale, const float *shift, void *target, ptrdiff_t
                       pixels, ptrdiff_t channels) {
  if (bf16) scale_channels_bf16(source, scale, shift, target, pixels, channels);
  else scale_channels_float(source, scale, shift, target, pixels, channels);
}

void gd_channel_sums(int bf16, const void *gradient, const void *input, double *sums, double *products, ptrdiff_t
                     pixels, ptrdiff_t channels) {
  if (bf16) channel_sums_bf16(gradient, input, sums, products, pixels, channels);
  else channel_sums_float(gradient, input, sums, products, pixels, channels);
}

void gd_copy_channels(int bf16, const void *source, ptrdiff_t source_channels, void *target, ptrdiff_t
                      target_channels, ptrdiff_t pixels, ptrdiff_t channels) {
  if (bf16) copy_channels_bf16(source, source_channels, target, target_channels, pixels, channels);
  else copy_channels_float(source, source_channels, target, target_channels, pixels, channels);
}

void gd_pool_row(int bf16, int average, const void *source, ptrdiff_t width, ptrdiff_t channels, void *target,
                 ptrdiff_t target_width, ptrdiff_t size, ptrdiff_t stride) {
  if (bf16) pool_row_bf16(average, source, width, channels, target, target_width, size, stride);
  else pool_row_float(average, source, width, channels, target, target_width, size, stride);
}

void gd_pool_row_gradient(int bf16, int average, const void *source, const void *gradient, void *source_gradient,
                          ptrdiff_t width, ptrdiff_t channels, ptrdiff_t target_width, ptrdiff_t size, ptrdiff_t
                          stride) {
  if (bf16) pool_row_gradient_bf16(average, source, gradient, source_gradient, width, channels, target_width, size, stride);
  else pool_row_gradient_float(average, source, gradient, source_gradient, width, channels, target_width, size, stride);
}

void gd_repeat_row(int bf16, const void *source, ptrdiff_t width, ptrdiff_t channels, void *target, ptrdiff_t
                   factor) {
  if (bf16) repeat_row_bf16(source, width, channels, target, factor);
  else repeat_row_float(source, width, channels, target, factor);
}

void gd_repeat_row_gradient(int bf16, const void *gradient, ptrdiff_t width, ptrdiff_t channels, void *target,
                            ptrdiff_t factor) {
  if (bf16) repeat_row_gradient_bf16(gradient, width, channels, target, factor);
  else repeat_row_gradient_float(gradient, width, channels, target, factor);
}

void gd_bilinear_row(int bf16, const void *upper, const void *lower, float share, ptrdiff_t width, ptrdiff_t
                     channels, void *target, ptrdiff_t factor) {
  if (bf16) bilinear_row_bf16(upper, lower, share, width, channels, target, factor);
  else bilinear_row_float(upper, lower, share, width, channels, target, factor);
}

void gd_bilinear_row_gradient(int bf16, const void *gradient, float share, ptrdiff_t width, ptrdiff_t channels,
                              float *upper, float *lower, ptrdiff_t factor) {
  if (bf16) bilinear_row_gradient_bf16(gradient, share, width, channels, upper, lower, factor);
  else bilinear_row_gradient_float(gradient, share, width, channels, upper, lower, factor);
}

void gd_shuffle_rows(int bf16, const void *deep, void *rows, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t factor) {
  if (bf16) shuffle_rows_bf16(deep, rows, width, channels, factor);
  else shuffle_rows_float(deep, rows, width, channels, factor);
}

void gd_unshuffle_rows(int bf16, const void *rows, void *deep, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t
                       factor) {
  if (bf16) unshuffle_rows_bf16(rows, deep, width, channels, factor);
  else unshuffle_rows_float(rows, deep, width, channels, factor);
}
