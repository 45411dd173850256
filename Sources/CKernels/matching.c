#include "MatchingKernels.h"

#include <math.h>
#include <string.h>

#include "widest.h"

// Pixels that are lit at once, in the nearest cache.
enum { lit_stretch = 512, lit_planes = 3 };

static inline int32_t bin(float distance) { return distance >= 4 ? 131072 : distance >= 2 ? 65536 : 0; }

WIDEST void gd_lit_row(const float *const *scan, const float *const *golden, const uint16_t *materials,
                       const float *distance, const uint16_t *numbers, const float *fields, ptrdiff_t count,
                       ptrdiff_t cells, ptrdiff_t cell, float *const *residual, ptrdiff_t planes, ptrdiff_t width) {
  const float share = 1.0f / (float)cell;
  const int32_t last = (int32_t)cells - 1;
  // Where a pixel's two values lie, and what lies between them, is the same for all planes.
  int32_t left[lit_stretch], right[lit_stretch];
  float part[lit_stretch];
  for (ptrdiff_t start = 0; start < width; start += lit_stretch) {
    const ptrdiff_t length = start + lit_stretch < width ? lit_stretch : width - start;
    for (ptrdiff_t k = 0; k < length; k++) {
      float place = ((float)(start + k) + 0.5f) * share - 0.5f;
      place = place < 0 ? 0 : place > (float)last ? (float)last : place;
      const int32_t cell = (int32_t)place;
      const int32_t base =
          (int32_t)numbers[materials[start + k] + bin(distance[start + k])] * (int32_t)cells;
      part[k] = place - (float)cell;
      left[k] = base + cell;
      right[k] = base + (cell < last ? cell + 1 : cell);
    }
    for (ptrdiff_t p = 0; p < planes; p++) {
      const float *s = scan[p] + start, *g = golden[p] + start, *field = fields + p * count * cells;
      float *restrict target = residual[p] + start;
      for (ptrdiff_t k = 0; k < length; k++) {
        const float a = field[left[k]], b = field[right[k]];
        target[k] = s[k] - g[k] - (a + part[k] * (b - a));
      }
    }
  }
}

// What a stretch of a row adds to its cells: which number each pixel has, how much it weighs, and its clipped residuals so
// weighed.
WIDEST void gd_lit_pixels(const float *const *scan, const float *const *golden, const uint16_t *materials,
                          const float *distance, const uint16_t *numbers, const float *low, const float *high,
                          const float *const *centers, ptrdiff_t count, ptrdiff_t cells, ptrdiff_t cell, int fades,
                          ptrdiff_t planes, ptrdiff_t start, ptrdiff_t length, int32_t *restrict number,
                          float *restrict weight, float *restrict weighed) {
  const float share = 1.0f / (float)cell, inner = fades ? -1e9f : 4;
  for (ptrdiff_t k = 0; k < length; k++) {
    const float far = distance[start + k];
    float w = (far - 4) * 0.25f;
    w = w < 0.001f ? 0.001f : w > 1 ? 1 : w;
    weight[k] = far < inner ? 1 : w;
    number[k] = numbers[materials[start + k] + bin(far)];
  }
  for (ptrdiff_t p = 0; p < planes; p++) {
    const float *s = scan[p] + start, *g = golden[p] + start, *center = centers[p];
    const float *least = low + p * count, *most = high + p * count;
    for (ptrdiff_t k = 0; k < length; k++) {
      const int32_t place = (int32_t)(((float)(start + k) + 0.5f) * share);
      const float middle = center[number[k] * (int32_t)cells + place];
      const float lowest = middle + least[number[k]], highest = middle + most[number[k]];
      float r = s[k] - g[k];
      r = r < lowest ? lowest : r > highest ? highest : r;
      weighed[p * lit_stretch + k] = weight[k] * r;
    }
  }
}

void gd_lit_sums_row(const float *const *scan, const float *const *golden, const uint16_t *materials,
                     const float *distance, const uint16_t *numbers, const float *low, const float *high,
                     const float *const *centers, ptrdiff_t count, ptrdiff_t cells, ptrdiff_t cell, int fades,
                     float *sums, float *weights, ptrdiff_t planes, ptrdiff_t width) {
  int32_t number[lit_stretch];
  float weight[lit_stretch], weighed[lit_planes * lit_stretch] = {0};
  for (ptrdiff_t start = 0; start < width; start += lit_stretch) {
    const ptrdiff_t length = start + lit_stretch < width ? lit_stretch : width - start;
    gd_lit_pixels(scan, golden, materials, distance, numbers, low, high, centers, count, cells, cell, fades, planes,
                  start, length, number, weight, weighed);
    // Neighbours of one number and one cell are added together.
    ptrdiff_t end = start % cell ? cell - start % cell : cell, at = start / cell;
    for (ptrdiff_t k = 0; k < length; end += cell, at++) {
      const ptrdiff_t last = end < length ? end : length;
      while (k < last) {
        const int32_t own = number[k];
        float w = 0, all[lit_planes] = {0};
        for (; k < last && number[k] == own; k++) {
          w += weight[k];
          for (ptrdiff_t p = 0; p < lit_planes; p++) all[p] += weighed[p * lit_stretch + k];
        }
        if (own == 0) continue;
        if (weights) weights[own * cells + at] += w;
        for (ptrdiff_t p = 0; p < planes; p++) sums[(p * count + own) * cells + at] += all[p];
      }
    }
  }
}

WIDEST void gd_between_rows(const float *above, const float *below, float share, float *restrict target,
                            ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) target[x] = above[x] + share * (below[x] - above[x]);
}

static inline float held(float value, float most) { return value < -most ? -most : value > most ? most : value; }

WIDEST void gd_motion_sums_row(const float *residual, const float *above, const float *golden, const float *below,
                               float clip, ptrdiff_t cells, ptrdiff_t cell, float *sums, ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < cells; i++) {
    ptrdiff_t first = i * cell, last = (i + 1) * cell;
    if (first < 1) first = 1;
    if (last > width - 1) last = width - 1;
    float a = 0, b = 0, c = 0, d = 0, e = 0;
    for (ptrdiff_t x = first; x < last; x++) {
      const float gx = 0.5f * (golden[x + 1] - golden[x - 1]), gy = 0.5f * (below[x] - above[x]);
      const float r = held(residual[x], clip);
      a += r * gx;
      b += r * gy;
      c += gx * gx;
      d += gx * gy;
      e += gy * gy;
    }
    sums[i] += a;
    sums[cells + i] += b;
    sums[2 * cells + i] += c;
    sums[3 * cells + i] += d;
    sums[4 * cells + i] += e;
  }
}

WIDEST void gd_motion_row(float *restrict residual, const float *above, const float *golden, const float *below,
                          const float *dx, const float *dy, ptrdiff_t cells, ptrdiff_t cell, ptrdiff_t width) {
  const float share = 1.0f / (float)cell;
  // From the middle of one cell to that of the next; before the first and behind the last nothing changes.
  for (ptrdiff_t left = -1; left < cells; left++) {
    const ptrdiff_t l = left < 0 ? 0 : left, r = left + 1 < cells ? left + 1 : l;
    ptrdiff_t first = left < 0 ? 1 : (cell * (2 * left + 1)) / 2;
    ptrdiff_t last = r == left + 1 ? (cell * (2 * left + 3)) / 2 : width - 1;
    if (first < 1) first = 1;
    if (last > width - 1) last = width - 1;
    const float u0 = dx[l], v0 = dy[l], us = dx[r] - dx[l], vs = dy[r] - dy[l];
    for (ptrdiff_t x = first; x < last; x++) {
      const float t = ((float)x + 0.5f) * share - 0.5f - (float)l;
      const float u = u0 + t * us, v = v0 + t * vs;
      residual[x] -= 0.5f * (u * (golden[x + 1] - golden[x - 1]) + v * (below[x] - above[x]));
    }
  }
}

WIDEST void gd_strata_row(const uint16_t *materials, const float *distance, const uint16_t *numbers,
                          const float *borders, ptrdiff_t bins, const float *alone, uint16_t offset, uint16_t *strata,
                          ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) {
    uint16_t bin = 0;
    for (ptrdiff_t k = 0; k < bins - 1; k++) bin += borders[k] <= distance[x];
    strata[x] = (uint16_t)(numbers[materials[x]] * bins + bin);
  }
  if (alone) {
    for (ptrdiff_t x = 0; x < width; x++) strata[x] += alone[x] > 0.5f ? offset : 0;
  }
}

WIDEST void gd_whiten_row(const float *const *residual, const uint16_t *strata, const float *tables,
                          const float *light, float most, float *const *white, ptrdiff_t planes, ptrdiff_t width) {
  if (planes == 3) {
    const float *r = residual[0], *g = residual[1], *b = residual[2];
    float *restrict u = white[0], *restrict v = white[1], *restrict w = white[2], *restrict l = white[3];
    for (ptrdiff_t x = 0; x < width; x++) {
      const float *t = tables + 7 * (int32_t)strata[x];
      u[x] = held(t[0] * r[x] + t[1] * g[x] + t[2] * b[x], most);
      v[x] = held(t[3] * g[x] + t[4] * b[x], most);
      w[x] = held(t[5] * b[x], most);
      l[x] = held(t[6] * (light[0] * r[x] + light[1] * g[x] + light[2] * b[x]), most);
    }
  } else {
    const float *r = residual[0];
    float *restrict u = white[0], *restrict l = white[1];
    for (ptrdiff_t x = 0; x < width; x++) {
      const float *t = tables + 2 * (int32_t)strata[x];
      u[x] = held(t[0] * r[x], most);
      l[x] = held(t[1] * r[x], most);
    }
  }
}

WIDEST void gd_length_row(const float *const *rows, ptrdiff_t planes, const uint16_t *strata, ptrdiff_t step,
                          const float *scale, float *restrict z, ptrdiff_t width) {
  if (planes == 3) {
    const float *a = rows[0], *b = rows[1], *c = rows[2];
    for (ptrdiff_t x = 0; x < width; x++) z[x] = sqrtf(a[x] * a[x] + b[x] * b[x] + c[x] * c[x]);
  } else {
    const float *a = rows[0];
    for (ptrdiff_t x = 0; x < width; x++) z[x] = fabsf(a[x]);
  }
  for (ptrdiff_t x = 0; x < width; x++) z[x] *= scale[strata[x * step + step / 2]];
}

// Each element `step` times, a constant where this is inlined.
static inline __attribute__((always_inline)) void repeat(const float *source, ptrdiff_t count, const ptrdiff_t step,
                                                         float *restrict target) {
  for (ptrdiff_t p = 0; p < count; p++)
    for (ptrdiff_t i = 0; i < step; i++) target[p * step + i] = source[p];
}

static inline __attribute__((always_inline)) void score(const float *z, const uint16_t *strata, uint16_t offset,
                                                        const float *intercept, const float *slope,
                                                        float *restrict scores, ptrdiff_t count) {
  const float usual = intercept[0], of_alone = intercept[1], usual_slope = slope[0], slope_of_alone = slope[1];
  for (ptrdiff_t x = 0; x < count; x++) {
    const int alone = strata[x] >= offset;
    const float value = (alone ? of_alone : usual) + (alone ? slope_of_alone : usual_slope) * z[x];
    scores[x] = value > scores[x] && z[x] >= 1 ? value : scores[x];
  }
}

WIDEST void gd_score_row(const float *z, ptrdiff_t step, const uint16_t *strata, uint16_t offset,
                         const float *intercept, const float *slope, float *scores, ptrdiff_t width, ptrdiff_t z_width) {
  if (step == 1) return score(z, strata, offset, intercept, slope, scores, width);
  enum { stretch = 512 };
  float wide[stretch];
  for (ptrdiff_t start = 0; start < width; start += stretch) {
    const ptrdiff_t count = start + stretch < width ? stretch : width - start, first = start / step;
    ptrdiff_t there = (count + step - 1) / step;
    // Columns that are left over belong to the last block.
    if (first + there > z_width) there = z_width > first ? z_width - first : 0;
    if (step == 2) repeat(z + first, there, 2, wide);
    else if (step == 4) repeat(z + first, there, 4, wide);
    else repeat(z + first, there, 8, wide);
    for (ptrdiff_t x = there * step; x < count; x++) wide[x] = z[z_width - 1];
    score(wide, strata + start, offset, intercept, slope, scores + start, count);
  }
}

WIDEST void gd_beyond_row(const float *scan, const float *low, const float *high, const float *looseness, float wanted,
                          const uint16_t *strata, const float *inverse_sigmas, float *restrict target, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const float above = scan[x] - high[x], below = low[x] - scan[x];
    const float value = ((above > 0 ? above : 0) - (below > 0 ? below : 0)) * inverse_sigmas[strata[x]];
    target[x] = looseness[x] == wanted ? value : target[x];
  }
}

WIDEST void gd_keep_greater_row(const float *sum, float share, float *restrict best, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const float value = sum[x] * share;
    best[x] = fabsf(value) > fabsf(best[x]) ? value : best[x];
  }
}

WIDEST void gd_add_shifted_row(const float *first, const float *second, ptrdiff_t shift, float *restrict target,
                               ptrdiff_t width) {
  if (!second) return (void)memcpy(target, first, (size_t)width * sizeof(float));
  ptrdiff_t start = shift < 0 ? -shift : 0, end = shift > 0 ? width - shift : width;
  if (start > width) start = width;
  if (end < start) end = start;
  memcpy(target, first, (size_t)start * sizeof(float));
  for (ptrdiff_t x = start; x < end; x++) target[x] = first[x] + second[x + shift];
  memcpy(target + end, first + end, (size_t)(width - end) * sizeof(float));
}

WIDEST void gd_weaker_row(const float *first, const float *second, ptrdiff_t shift, float *restrict target,
                          ptrdiff_t width) {
  ptrdiff_t start = shift < 0 ? -shift : 0, end = shift > 0 ? width - shift : width;
  if (start > width) start = width;
  if (end < start) end = start;
  memset(target, 0, (size_t)start * sizeof(float));
  for (ptrdiff_t x = start; x < end; x++) {
    const float a = first[x], b = second[x + shift], nearer = fabsf(a) < fabsf(b) ? a : b;
    target[x] = a * b > 0 ? nearer : 0;
  }
  memset(target + end, 0, (size_t)(width - end) * sizeof(float));
}

typedef int32_t ints __attribute__((vector_size(64), aligned(4)));
typedef uint8_t bytes __attribute__((vector_size(16), aligned(1)));

// |scan - golden| of one pixel of the scan, a vector of its like, and 16 of the golden side by side. A macro, for a function may
// not hand on vectors that are wider than those of the oldest processor.
#define DIFFERENCES(scan, golden)                                             \
  __builtin_convertvector(__builtin_elementwise_max(scan, *(const bytes *)(golden)) - \
                              __builtin_elementwise_min(scan, *(const bytes *)(golden)), \
                          ints)

WIDEST void gd_best_shifts(const uint8_t *scan, ptrdiff_t scan_stride, const uint8_t *golden, ptrdiff_t golden_stride,
                           ptrdiff_t width, ptrdiff_t height, ptrdiff_t window, ptrdiff_t radius, int32_t liking,
                           uint16_t *shifts, ptrdiff_t shifts_stride, int32_t *scratch) {
  const ptrdiff_t wide = width + window - 1, side = 2 * radius + 1;
  // Lane u of `columns` holds the sum down a column of the window at shift u; one row of them for each shift v.
  ints *columns = (ints *)scratch, *least = columns + side * wide, *which = least + width;
  memset(columns, 0, (size_t)(side * wide) * sizeof(ints));
  ints far = {0};
  for (ptrdiff_t u = 0; u < 16; u++)
    far[u] = u < side ? liking * (int32_t)((u - radius) * (u - radius)) : INT32_MAX / 4;
  for (ptrdiff_t y = 1 - window; y < height; y++) {
    const uint8_t *in = scan + (y + window - 1) * scan_stride, *out = scan + (y - 1) * scan_stride;
    for (ptrdiff_t x = 0; x < width; x++) least[x] = (ints){0} + INT32_MAX;
    for (ptrdiff_t v = 0; v < side; v++) {
      ints *row = columns + v * wide;
      const uint8_t *golden_in = golden + (y + window - 1 + v) * golden_stride;
      for (ptrdiff_t x = 0; x < wide; x++) row[x] += DIFFERENCES((bytes){0} + in[x], golden_in + x);
      if (y > 0) {
        const uint8_t *golden_out = golden + (y - 1 + v) * golden_stride;
        for (ptrdiff_t x = 0; x < wide; x++) row[x] -= DIFFERENCES((bytes){0} + out[x], golden_out + x);
      }
      if (y < 0) continue;
      ints sum = far + liking * (int32_t)((v - radius) * (v - radius));
      for (ptrdiff_t x = 0; x < window - 1; x++) sum += row[x];
      for (ptrdiff_t x = 0; x < width; x++) {
        sum += row[x + window - 1];
        const ints better = sum < least[x];
        least[x] = (better & sum) | (~better & least[x]);
        which[x] = (better & (int32_t)v) | (~better & which[x]);
        sum -= row[x];
      }
    }
    if (y < 0) continue;
    for (ptrdiff_t x = 0; x < width; x++) {
      ptrdiff_t best = 0;
      for (ptrdiff_t u = 1; u < side; u++)
        if (least[x][u] < least[x][best] || (least[x][u] == least[x][best] && which[x][u] < which[x][best])) best = u;
      shifts[y * shifts_stride + x] = (uint16_t)(which[x][best] * side + best);
    }
  }
}

WIDEST void gd_less_product_row(const float *sum, const float *weight, const float *value, float *restrict target,
                                ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) target[x] = sum[x] - weight[x] * value[x];
}

WIDEST void gd_lit_fields_row(const float *const *sums, const float *const *weights, const float *before,
                              const float *offsets, ptrdiff_t kinds, float trust, float *restrict target,
                              ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) target[x] = 0;
  float *weight = target + width;
  for (ptrdiff_t x = 0; x < width; x++) weight[x] = trust;
  for (ptrdiff_t k = 0; k < kinds; k++) {
    const float *own = sums[k], *share = weights[k];
    for (ptrdiff_t x = 0; x < width; x++) {
      target[x] += own[x];
      weight[x] += share[x];
    }
  }
  for (ptrdiff_t x = 0; x < width; x++) target[x] /= weight[x];
  for (ptrdiff_t k = 0; k < kinds; k++) {
    float *own = target + (k + 1) * width;
    const float *known = before + (k + 1) * width, *sum = sums[k], *share = weights[k];
    if (offsets) {
      for (ptrdiff_t x = 0; x < width; x++) {
        const float prior = before[x] + offsets[k] - known[x];
        own[x] = known[x] + (sum[x] + trust * (target[x] + prior)) / (share[x] + trust);
      }
    } else {
      for (ptrdiff_t x = 0; x < width; x++)
        own[x] = known[x] + (sum[x] + trust * target[x]) / (share[x] + trust);
    }
  }
  for (ptrdiff_t x = 0; x < width; x++) target[x] += before[x];
}
