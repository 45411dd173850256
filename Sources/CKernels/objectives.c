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

INLINE void subtract_row(const float *a, const float *b, float *restrict target, ptrdiff_t n) {
  for (ptrdiff_t x = 0; x < n; x++) target[x] = a[x] - b[x];
}

INLINE void add_row(const float *a, float *restrict target, ptrdiff_t n) {
  for (ptrdiff_t x = 0; x < n; x++) target[x] += a[x];
}

INLINE void take_row(const float *a, float *restrict target, ptrdiff_t n) {
  for (ptrdiff_t x = 0; x < n; x++) target[x] -= a[x];
}

WIDEST void gd_gradient_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                             ptrdiff_t height, float share_x, float share_y, float *gradient, float *scratch,
                             double *sums) {
  // A pull of 0 stands before the first pair of a row and after its last.
  float *row = scratch, *before = scratch + width, *pull = scratch + 2 * width + 1, *down = pull + width;
  sums[0] = sums[1] = 0;
  for (ptrdiff_t y = 0; y < height; y++) {
    const float *w = weight ? weight + y * width : NULL;
    float *g = gradient + y * width;
    subtract_row(prediction + y * width, target + y * width, row, width);
    sums[0] += w ? pull_row(row, row + 1, w, w + 1, share_x, pull, width - 1)
                 : pull_row(row, row + 1, NULL, NULL, share_x, pull, width - 1);
    pull[-1] = pull[width - 1] = 0;
    add_row(pull - 1, g, width);
    take_row(pull, g, width);
    if (y > 0) {
      sums[1] += w ? pull_row(before, row, w - width, w, share_y, down, width)
                   : pull_row(before, row, NULL, NULL, share_y, down, width);
      take_row(down, g - width, width);
      add_row(down, g, width);
    }
    float *swap = before;
    before = row;
    row = swap;
  }
}

// target[x] = sum over k of taps[|k|] * source[x+5+k]: 10 fewer values than `source` has.
INLINE void blur_row(const float *source, float *restrict target, ptrdiff_t n, const float *taps) {
  const float t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3], t4 = taps[4], t5 = taps[5];
  for (ptrdiff_t x = 0; x < n; x++) {
    const float *s = source + x;
    target[x] = t0 * s[5] + t1 * (s[4] + s[6]) + t2 * (s[3] + s[7]) + t3 * (s[2] + s[8]) + t4 * (s[1] + s[9]) +
                t5 * (s[0] + s[10]);
  }
}

// target[x] = 11 rows blurred down the column x.
INLINE void blur_columns(const float *const *rows, float *restrict target, ptrdiff_t n, const float *taps) {
  const float t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3], t4 = taps[4], t5 = taps[5];
  const float *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3], *r4 = rows[4], *r5 = rows[5];
  const float *r6 = rows[6], *r7 = rows[7], *r8 = rows[8], *r9 = rows[9], *r10 = rows[10];
  for (ptrdiff_t x = 0; x < n; x++) {
    target[x] = t0 * r5[x] + t1 * (r4[x] + r6[x]) + t2 * (r3[x] + r7[x]) + t3 * (r2[x] + r8[x]) +
                t4 * (r1[x] + r9[x]) + t5 * (r0[x] + r10[x]);
  }
}

// The rows of a ring of 11, oldest first.
INLINE void ring_rows(const float **rows, const float *ring, ptrdiff_t newest, ptrdiff_t stride) {
  for (int k = 0; k <= SPAN; k++) rows[k] = ring + ((newest + 1 + k) % (SPAN + 1)) * stride;
}

// The sum u and difference d of both pictures, the sum about 0, and their squares.
INLINE void fields_row(const float *p, const float *t, float middle, float *restrict u, float *restrict d,
                       float *restrict uu, float *restrict dd, ptrdiff_t n) {
  for (ptrdiff_t x = 0; x < n; x++) {
    const float both = p[x] + t[x] - 2 * middle, apart = p[x] - t[x];
    u[x] = both;
    d[x] = apart;
    uu[x] = both * both;
    dd[x] = apart * apart;
  }
}

// One row of the map: values[x] = weight * (1 - SSIM), and its slopes by the blurred fields, ready to be spread:
// s0 by the means of u and d, s1 and s2 twice those by the means of u*u and d*d.
//
// With variances Vu, Vd of u and d, 1 - contrast and structure is b = 2 Vd / (Vu + Vd + 2 c2), and 1 - luminance is
// a = md^2 / ((mu^2 + md^2) / 2 + c1): exact where both pictures are nearly the same.
INLINE void map_row(const float *mus, const float *mds, const float *uus, const float *dds, const float *w,
                    float middle, int with_luminance, float share, float *restrict values, float *restrict s0,
                    float *restrict s1, float *restrict s2, ptrdiff_t n) {
  const float c1 = 0.01f * 0.01f, c2 = 0.03f * 0.03f;
  for (ptrdiff_t x = 0; x < n; x++) {
    const float mu = mus[x], md = mds[x];
    float vu = uus[x] - mu * mu, vd = dds[x] - md * md;
    vu = vu > 0 ? vu : 0;
    vd = vd > 0 ? vd : 0;
    const float mean = mu + 2 * middle;
    const float p = 1.0f / (0.5f * (mean * mean + md * md) + c1), q = 1.0f / (vu + vd + 2 * c2);
    const float a = with_luminance ? md * md * p : 0;
    const float b = 2 * vd * q;
    const float weight = w ? w[x] : 1.0f;
    values[x] = weight * (a + b - a * b);
    const float scale = weight * share;
    const float on_a = with_luminance ? scale * (1 - b) : 0;
    const float on_b = scale * (1 - a);
    const float on_vu = -on_b * b * q, on_vd = on_b * (2 - b) * q;
    s0[x] = on_a * p * ((2 - a) * md - a * mean) - 2 * (mu * on_vu + md * on_vd);
    s1[x] = 2 * on_vu;
    s2[x] = 2 * on_vd;
  }
}

INLINE void gather_row(const float *p, const float *t, float middle, const float *a0, const float *a1,
                       const float *a2, float *restrict gradient, ptrdiff_t n) {
  for (ptrdiff_t x = 0; x < n; x++) {
    gradient[x] += a0[x] + (p[x] + t[x] - 2 * middle) * a1[x] + (p[x] - t[x]) * a2[x];
  }
}

INLINE double sum_row(const float *values, ptrdiff_t n) {
  float lanes[LANES] = {0};
  ptrdiff_t x = 0;
  for (; x + LANES <= n; x += LANES) {
    for (int k = 0; k < LANES; k++) lanes[k] += values[x + k];
  }
  for (; x < n; x++) lanes[x % LANES] += values[x];
  return lane_sum(lanes);
}

enum { FORWARD = 4, BACK = 3, RING = SPAN + 1 };

ptrdiff_t gd_ssim_scratch(ptrdiff_t width) {
  return (FORWARD + FORWARD * RING + BACK * RING + BACK + FORWARD + 1) * (width + 2 * SPAN);
}

WIDEST double gd_ssim_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                           ptrdiff_t height, const float *taps, float middle, int with_luminance, float share,
                           float *gradient, float *scratch) {
  const ptrdiff_t stride = width + 2 * SPAN;
  const ptrdiff_t n = width - SPAN;
  float *fields = scratch;                           // one row of each field
  float *forward = fields + FORWARD * stride;        // a ring for each field, blurred along the row
  float *back = forward + FORWARD * RING * stride;   // a ring for each slope, spread along the row
  float *slopes = back + BACK * RING * stride;       // one row of each slope, SPAN zeros on either side
  float *blurred = slopes + BACK * stride;           // one row of each field or slope, blurred both ways
  float *values = blurred + FORWARD * stride;
  memset(back, 0, (size_t)((BACK * RING + BACK) * stride) * sizeof(float));
  double sum = 0;
  const float *rows[RING];
  for (ptrdiff_t y = 0; y < height + SPAN; y++) {
    const ptrdiff_t slot = y % RING;
    if (y < height) {
      fields_row(prediction + y * width, target + y * width, middle, fields, fields + stride, fields + 2 * stride,
                 fields + 3 * stride, width);
      for (int f = 0; f < FORWARD; f++) {
        blur_row(fields + f * stride, forward + (f * RING + slot) * stride, n, taps);
      }
    }
    if (y < SPAN) continue;
    // Row y - SPAN of the map, whose windows are rows y - SPAN ... y of the pictures.
    if (y < height) {
      for (int f = 0; f < FORWARD; f++) {
        ring_rows(rows, forward + f * RING * stride, slot, stride);
        blur_columns(rows, blurred + f * stride, n, taps);
      }
      const float *mus = blurred, *mds = mus + stride, *uus = mds + stride, *dds = uus + stride;
      float *s0 = slopes + SPAN, *s1 = s0 + stride, *s2 = s1 + stride;
      if (weight) {
        map_row(mus, mds, uus, dds, weight + (y - RADIUS) * width + RADIUS, middle, with_luminance, share, values,
                s0, s1, s2, n);
      } else {
        map_row(mus, mds, uus, dds, NULL, middle, with_luminance, share, values, s0, s1, s2, n);
      }
      sum += sum_row(values, n);
      for (int f = 0; f < BACK; f++) {
        blur_row(slopes + f * stride, back + (f * RING + slot) * stride, width, taps);
      }
    } else {
      for (int f = 0; f < BACK; f++) memset(back + (f * RING + slot) * stride, 0, (size_t)width * sizeof(float));
    }
    // Row y - SPAN of the pictures has been in all of its windows.
    const ptrdiff_t row = (y - SPAN) * width;
    for (int f = 0; f < BACK; f++) {
      ring_rows(rows, back + f * RING * stride, slot, stride);
      blur_columns(rows, blurred + f * stride, width, taps);
    }
    gather_row(prediction + row, target + row, middle, blurred, blurred + stride, blurred + 2 * stride,
               gradient + row, width);
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

WIDEST void gd_halve_back(const float *slopes, ptrdiff_t width, ptrdiff_t height, float *restrict gradient) {
  const ptrdiff_t columns = width / 2;
  for (ptrdiff_t y = 0; y < height / 2; y++) {
    float *top = gradient + 2 * y * width, *low = top + width;
    for (ptrdiff_t x = 0; x < columns; x++) {
      const float slope = 0.25f * slopes[y * columns + x];
      top[2 * x] += slope;
      top[2 * x + 1] += slope;
      low[2 * x] += slope;
      low[2 * x + 1] += slope;
    }
  }
}

WIDEST void gd_add_scaled(const float *source, float factor, ptrdiff_t n, float *restrict target) {
  for (ptrdiff_t i = 0; i < n; i++) target[i] += factor * source[i];
}
