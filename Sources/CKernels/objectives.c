#include "CKernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif
#define INLINE static inline __attribute__((always_inline))

// Sums go through LANES partial sums in a fixed order, which the compiler keeps in vectors of any width.
enum { LANES = 16, RADIUS = 5, SPAN = 2 * RADIUS };

INLINE double lane_sum(const float *lanes) {
  double sum = 0;
  for (int k = 0; k < LANES; k++) sum += lanes[k];
  return sum;
}

// The term and its slope at one residual.
INLINE float point(int kind, float r, float epsilon, float *slope) {
  if (kind == GD_L1) {
    *slope = r > 0 ? 1.0f : (r < 0 ? -1.0f : 0.0f);
    return fabsf(r);
  }
  if (kind == GD_L2) {
    *slope = 2 * r;
    return r * r;
  }
  const float root = sqrtf(r * r + epsilon * epsilon);
  *slope = r / root;
  return root;
}

INLINE double point_row(int kind, const float *p, const float *t, const float *w, float epsilon, float share,
                        float *restrict gradient, ptrdiff_t width) {
  float lanes[LANES] = {0};
  ptrdiff_t x = 0;
  for (; x + LANES <= width; x += LANES) {
    for (int k = 0; k < LANES; k++) {
      float slope;
      const float value = point(kind, p[x + k] - t[x + k], epsilon, &slope);
      const float weight = w ? w[x + k] : 1.0f;
      lanes[k] += weight * value;
      gradient[x + k] += share * weight * slope;
    }
  }
  for (; x < width; x++) {
    float slope;
    const float value = point(kind, p[x] - t[x], epsilon, &slope);
    const float weight = w ? w[x] : 1.0f;
    lanes[x % LANES] += weight * value;
    gradient[x] += share * weight * slope;
  }
  return lane_sum(lanes);
}

WIDEST double gd_point_loss(int kind, const float *prediction, const float *target, const float *weight,
                            ptrdiff_t width, ptrdiff_t height, float epsilon, float share, float *gradient) {
  double sum = 0;
  for (ptrdiff_t y = 0; y < height; y++) {
    const float *p = prediction + y * width, *t = target + y * width;
    const float *w = weight ? weight + y * width : NULL;
    float *g = gradient + y * width;
    if (kind == GD_L1) {
      sum += w ? point_row(GD_L1, p, t, w, 0, share, g, width) : point_row(GD_L1, p, t, NULL, 0, share, g, width);
    } else if (kind == GD_L2) {
      sum += w ? point_row(GD_L2, p, t, w, 0, share, g, width) : point_row(GD_L2, p, t, NULL, 0, share, g, width);
    } else {
      sum += w ? point_row(GD_CHARBONNIER, p, t, w, epsilon, share, g, width)
               : point_row(GD_CHARBONNIER, p, t, NULL, epsilon, share, g, width);
    }
  }
  return sum;
}

// |next - here| over n neighbours; what each pulls at its two ends.
INLINE double pull_row(const float *here, const float *next, const float *w, const float *w_next, float share,
                       float *restrict pull, ptrdiff_t n) {
  float lanes[LANES] = {0};
  ptrdiff_t x = 0;
  for (; x + LANES <= n; x += LANES) {
    for (int k = 0; k < LANES; k++) {
      const float step = next[x + k] - here[x + k];
      const float weight = w ? w[x + k] * w_next[x + k] : 1.0f;
      lanes[k] += weight * fabsf(step);
      pull[x + k] = share * weight * (step > 0 ? 1.0f : (step < 0 ? -1.0f : 0.0f));
    }
  }
  for (; x < n; x++) {
    const float step = next[x] - here[x];
    const float weight = w ? w[x] * w_next[x] : 1.0f;
    lanes[x % LANES] += weight * fabsf(step);
    pull[x] = share * weight * (step > 0 ? 1.0f : (step < 0 ? -1.0f : 0.0f));
  }
  return lane_sum(lanes);
}

WIDEST void gd_gradient_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                             ptrdiff_t height, float share_x, float share_y, float *gradient, float *scratch,
                             double *sums) {
  float *row = scratch, *before = scratch + width, *pull = scratch + 2 * width;
  sums[0] = sums[1] = 0;
  for (ptrdiff_t y = 0; y < height; y++) {
    const float *p = prediction + y * width, *t = target + y * width;
    const float *w = weight ? weight + y * width : NULL;
    float *g = gradient + y * width;
    for (ptrdiff_t x = 0; x < width; x++) row[x] = p[x] - t[x];
    sums[0] += w ? pull_row(row, row + 1, w, w + 1, share_x, pull, width - 1)
                 : pull_row(row, row + 1, NULL, NULL, share_x, pull, width - 1);
    for (ptrdiff_t x = 0; x + 1 < width; x++) g[x] -= pull[x];
    for (ptrdiff_t x = 1; x < width; x++) g[x] += pull[x - 1];
    if (y > 0) {
      sums[1] += w ? pull_row(before, row, w - width, w, share_y, pull, width)
                   : pull_row(before, row, NULL, NULL, share_y, pull, width);
      float *above = g - width;
      for (ptrdiff_t x = 0; x < width; x++) above[x] -= pull[x];
      for (ptrdiff_t x = 0; x < width; x++) g[x] += pull[x];
    }
    float *swap = before;
    before = row;
    row = swap;
  }
}

// target[x] = sum over k of taps[|k|] * source[x+5+k]: 10 fewer values than `source` has.
INLINE void blur_row(const float *source, float *restrict target, ptrdiff_t n, const float *taps) {
  for (ptrdiff_t x = 0; x < n; x++) {
    const float *middle = source + x + RADIUS;
    float sum = taps[0] * middle[0];
    for (int k = 1; k <= RADIUS; k++) sum += taps[k] * (middle[-k] + middle[k]);
    target[x] = sum;
  }
}

// 11 rows blurred down the column x.
INLINE float blur_column(const float *const *rows, ptrdiff_t x, const float *taps) {
  float sum = taps[0] * rows[RADIUS][x];
  for (int k = 1; k <= RADIUS; k++) sum += taps[k] * (rows[RADIUS - k][x] + rows[RADIUS + k][x]);
  return sum;
}

// The rows of a ring of 11, oldest first.
INLINE void ring_rows(const float **rows, const float *ring, ptrdiff_t newest, ptrdiff_t stride) {
  for (int k = 0; k <= SPAN; k++) rows[k] = ring + ((newest - SPAN + k + 11) % 11) * stride;
}

ptrdiff_t gd_ssim_scratch(ptrdiff_t width) { return (4 + 7 * 11) * (width + 2 * SPAN) + 3 * (width + 2 * SPAN); }

WIDEST double gd_ssim_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                           ptrdiff_t height, const float *taps, float middle, int with_luminance, float share,
                           float *restrict gradient, float *scratch) {
  const ptrdiff_t stride = width + 2 * SPAN;
  const ptrdiff_t n = width - SPAN;
  float *fields = scratch;                     // u, d, u*u, d*d of one row
  float *forward = fields + 4 * stride;        // 4 rings of 11 rows, blurred along the row
  float *back = forward + 4 * 11 * stride;     // 3 rings of 11 rows, spread along the row
  float *slopes = back + 3 * 11 * stride;      // 3 rows of the map's slopes, SPAN zeros on either side
  memset(back, 0, (size_t)((3 * 11 + 3) * stride) * sizeof(float));
  const float c1 = 0.01f * 0.01f, c2 = 0.03f * 0.03f;
  double sum = 0;
  const float *rows[4][11];
  for (ptrdiff_t y = 0; y < height + SPAN; y++) {
    const ptrdiff_t slot = y % 11;
    if (y < height) {
      const float *p = prediction + y * width, *t = target + y * width;
      float *u = fields, *d = fields + stride, *uu = fields + 2 * stride, *dd = fields + 3 * stride;
      for (ptrdiff_t x = 0; x < width; x++) {
        const float both = p[x] + t[x] - 2 * middle, apart = p[x] - t[x];
        u[x] = both;
        d[x] = apart;
        uu[x] = both * both;
        dd[x] = apart * apart;
      }
      for (int f = 0; f < 4; f++) blur_row(fields + f * stride, forward + (f * 11 + slot) * stride, n, taps);
    }
    if (y < SPAN) continue;
    // Row y - SPAN of the map, whose windows are rows y - SPAN ... y of the pictures.
    if (y < height) {
      for (int f = 0; f < 4; f++) ring_rows(rows[f], forward + f * 11 * stride, slot, stride);
      const float *w = weight ? weight + (y - RADIUS) * width + RADIUS : NULL;
      float *s0 = slopes + SPAN, *s1 = s0 + stride, *s2 = s1 + stride;
      float lanes[LANES] = {0};
      for (ptrdiff_t block = 0; block < n; block += LANES) {
        float values[LANES];
        const ptrdiff_t some = n - block < LANES ? n - block : LANES;
        for (ptrdiff_t k = 0; k < some; k++) {
          const ptrdiff_t x = block + k;
          const float mu = blur_column(rows[0], x, taps), md = blur_column(rows[1], x, taps);
          float vu = blur_column(rows[2], x, taps) - mu * mu, vd = blur_column(rows[3], x, taps) - md * md;
          vu = vu > 0 ? vu : 0;
          vd = vd > 0 ? vd : 0;
          const float mean = mu + 2 * middle;
          const float p = 1.0f / (0.5f * (mean * mean + md * md) + c1), q = 1.0f / (vu + vd + 2 * c2);
          const float a = with_luminance ? md * md * p : 0;
          const float b = 2 * vd * q;
          const float weigh = w ? w[x] : 1.0f;
          values[k] = weigh * (a + b - a * b);
          const float scale = weigh * share;
          const float on_a = with_luminance ? scale * (1 - b) : 0;
          const float on_b = scale * (1 - a);
          const float on_vu = -on_b * b * q, on_vd = on_b * (2 - b) * q;
          const float on_mu = -on_a * a * mean * p - 2 * mu * on_vu;
          const float on_md = on_a * (2 - a) * md * p - 2 * md * on_vd;
          s0[x] = on_mu + on_md;
          s1[x] = 2 * on_vu;
          s2[x] = 2 * on_vd;
        }
        for (ptrdiff_t k = 0; k < some; k++) lanes[k] += values[k];
      }
      sum += lane_sum(lanes);
      for (int f = 0; f < 3; f++) blur_row(slopes + f * stride, back + (f * 11 + slot) * stride, width, taps);
    } else {
      for (int f = 0; f < 3; f++) memset(back + (f * 11 + slot) * stride, 0, (size_t)width * sizeof(float));
    }
    // Row y - SPAN of the pictures has been in all of its windows.
    const ptrdiff_t row = y - SPAN;
    for (int f = 0; f < 3; f++) ring_rows(rows[f], back + f * 11 * stride, slot, stride);
    const float *p = prediction + row * width, *t = target + row * width;
    float *g = gradient + row * width;
    for (ptrdiff_t x = 0; x < width; x++) {
      const float both = p[x] + t[x] - 2 * middle, apart = p[x] - t[x];
      g[x] += blur_column(rows[0], x, taps) + both * blur_column(rows[1], x, taps) +
              apart * blur_column(rows[2], x, taps);
    }
  }
  return sum;
}

WIDEST void gd_halve(const float *source, ptrdiff_t width, ptrdiff_t height, float *restrict target) {
  const ptrdiff_t columns = width / 2;
  for (ptrdiff_t y = 0; y < height / 2; y++) {
    const float *top = source + 2 * y * width, *low = top + width;
    for (ptrdiff_t x = 0; x < columns; x++) {
      target[y * columns + x] = 0.25f * ((top[2 * x] + top[2 * x + 1]) + (low[2 * x] + low[2 * x + 1]));
    }
  }
}

WIDEST void gd_halve_back(const float *slopes, ptrdiff_t width, ptrdiff_t height, float scale,
                          float *restrict gradient) {
  const ptrdiff_t columns = width / 2;
  for (ptrdiff_t y = 0; y < height / 2; y++) {
    float *top = gradient + 2 * y * width, *low = top + width;
    for (ptrdiff_t x = 0; x < columns; x++) {
      const float slope = 0.25f * scale * slopes[y * columns + x];
      top[2 * x] += slope;
      top[2 * x + 1] += slope;
      low[2 * x] += slope;
      low[2 * x + 1] += slope;
    }
  }
}
