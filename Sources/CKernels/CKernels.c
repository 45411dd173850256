#include "CKernels.h"

#include <math.h>
#include <string.h>

#include "widest.h"


static void pad_row(const float *source, float *padded, ptrdiff_t width, ptrdiff_t radius) {
  for (ptrdiff_t k = 0; k < radius; k++) {
    padded[k] = source[0];
    padded[radius + width + k] = source[width - 1];
  }
  memcpy(padded + radius, source, (size_t)width * sizeof(float));
}

typedef float lanes __attribute__((vector_size(64), aligned(4)));

// Sums of `taps` over what lies `step` before and behind each element, in registers.
#define CONVOLVED(load, target, width)                                     \
  do {                                                                     \
    ptrdiff_t x = 0;                                                       \
    for (; x + 32 <= (width); x += 32) {                                   \
      lanes one = taps[0] * load(lanes, 0, x), other = taps[0] * load(lanes, 0, x + 16); \
      for (ptrdiff_t k = 1; k <= radius; k++) {                            \
        one += taps[k] * (load(lanes, -k, x) + load(lanes, k, x));         \
        other += taps[k] * (load(lanes, -k, x + 16) + load(lanes, k, x + 16)); \
      }                                                                    \
      *(lanes *)((target) + x) = one;                                      \
      *(lanes *)((target) + x + 16) = other;                               \
    }                                                                      \
    for (; x < (width); x++) {                                             \
      float sum = taps[0] * load(float, 0, x);                             \
      for (ptrdiff_t k = 1; k <= radius; k++) sum += taps[k] * (load(float, -k, x) + load(float, k, x)); \
      (target)[x] = sum;                                                   \
    }                                                                      \
  } while (0)
#define DOWN(type, k, x) (*(const type *)(rows[radius + (k)] + (x)))
#define ACROSS(type, k, x) (*(const type *)(middle + (x) + (k)))

WIDEST void gd_convolve(const float *const *rows, float *restrict target, ptrdiff_t width, const float *taps,
                        ptrdiff_t radius, int in_nothing, float *restrict scratch) {
  float *middle = scratch + radius;
  CONVOLVED(DOWN, middle, width);
  for (ptrdiff_t k = 0; k < radius; k++) {
    scratch[k] = in_nothing ? 0 : middle[0];
    middle[width + k] = in_nothing ? 0 : middle[width - 1];
  }
  CONVOLVED(ACROSS, target, width);
}

// Pairs become their sums.
static inline __attribute__((always_inline)) void add_pairs(const float *restrict source, float *restrict target,
                                                            ptrdiff_t count) {
  for (ptrdiff_t x = 0; x < count; x++) target[x] = source[2 * x] + source[2 * x + 1];
}

// Sums of columns first, which lie side by side, a stretch of whole blocks at a time.
WIDEST void gd_box_reduce_row(const float *const *rows, float *restrict target, ptrdiff_t target_width,
                              ptrdiff_t factor) {
  enum { stretch = 2048 };
  float columns[stretch], pairs[stretch / 2];
  const float share = 1.0f / (float)(factor * factor);
  const ptrdiff_t step = stretch / factor;
  for (ptrdiff_t start = 0; start < target_width; start += step) {
    const ptrdiff_t count = start + step < target_width ? step : target_width - start;
    for (ptrdiff_t x = 0; x < count * factor; x++) columns[x] = rows[0][start * factor + x];
    for (ptrdiff_t j = 1; j < factor; j++) {
      const float *row = rows[j] + start * factor;
      for (ptrdiff_t x = 0; x < count * factor; x++) columns[x] += row[x];
    }
    if (factor == 2) {
      add_pairs(columns, target + start, count);
    } else if (factor == 4) {
      add_pairs(columns, pairs, 2 * count);
      add_pairs(pairs, target + start, count);
    } else {
      for (ptrdiff_t x = 0; x < count; x++) {
        float sum = 0;
        for (ptrdiff_t i = 0; i < factor; i++) sum += columns[x * factor + i];
        target[start + x] = sum;
      }
    }
    for (ptrdiff_t x = 0; x < count; x++) target[start + x] *= share;
  }
}

WIDEST void gd_extremes_row(const float *source, float *restrict low, float *restrict high, ptrdiff_t width,
                            ptrdiff_t radius, float *restrict scratch) {
  pad_row(source, scratch, width, radius);
  const float *middle = scratch + radius;
  for (ptrdiff_t x = 0; x < width; x++) low[x] = high[x] = middle[x];
  for (ptrdiff_t k = -radius; k <= radius; k++) {
    for (ptrdiff_t x = 0; x < width; x++) {
      const float value = middle[x + k];
      low[x] = value < low[x] ? value : low[x];
      high[x] = value > high[x] ? value : high[x];
    }
  }
}

WIDEST void gd_merge_extremes(const float *source_low, const float *source_high, float *restrict low,
                              float *restrict high, ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) {
    low[x] = source_low[x] < low[x] ? source_low[x] : low[x];
    high[x] = source_high[x] > high[x] ? source_high[x] : high[x];
  }
}

WIDEST void gd_edge_field_row(const float *above, const float *middle, const float *below, float *restrict re,
                              float *restrict im, ptrdiff_t width, float scale, float floor) {
  for (ptrdiff_t x = 1; x + 1 < width; x++) {
    const float gx = 0.5f * (middle[x + 1] - middle[x - 1]);
    const float gy = 0.5f * (below[x] - above[x]);
    const float square = gx * gx + gy * gy + 1e-20f;
    const float magnitude = sqrtf(square);
    float strength = magnitude / (magnitude + scale) - floor;
    strength = strength > 0 ? strength : 0;
    const float weight = strength / square;
    re[x] += weight * (gx * gx - gy * gy);
    im[x] += weight * (2 * gx * gy);
  }
}

WIDEST void gd_gradient_row(const float *above, const float *middle, const float *below, float *restrict magnitude,
                            ptrdiff_t width) {
  for (ptrdiff_t x = 1; x + 1 < width; x++) {
    const float gx = 0.5f * (middle[x + 1] - middle[x - 1]);
    const float gy = 0.5f * (below[x] - above[x]);
    magnitude[x] = sqrtf(gx * gx + gy * gy);
  }
  magnitude[0] = 0;
  if (width > 0) magnitude[width - 1] = 0;
}

// As many as their sums find room in the registers.
enum { most_shifts = 7 };

// `count` shifts at once, a constant where this is inlined, so that the first field's samples are loaded once for all and no
// sum waits for itself.
static inline __attribute__((always_inline)) void correlations(
    const float *a_re, const float *a_im, ptrdiff_t a_stride, const float *b_re, const float *b_im, ptrdiff_t b_stride,
    ptrdiff_t width, ptrdiff_t height, const ptrdiff_t count, float *sums) {
  // Of few shifts both parts have sums of their own.
  const int apart = count < 4 ? most_shifts : 0;
  lanes wide[2 * most_shifts] = {{0}};
  float rest[most_shifts] = {0};
  for (ptrdiff_t y = 0; y < height; y++) {
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
      const lanes re = *(const lanes *)(a_re + x), im = *(const lanes *)(a_im + x);
      for (ptrdiff_t k = 0; k < count; k++) {
        wide[k] += re * *(const lanes *)(b_re + x + k);
        wide[k + apart] += im * *(const lanes *)(b_im + x + k);
      }
    }
    for (; x < width; x++)
      for (ptrdiff_t k = 0; k < count; k++) rest[k] += a_re[x] * b_re[x + k] + a_im[x] * b_im[x + k];
    a_re += a_stride;
    a_im += a_stride;
    b_re += b_stride;
    b_im += b_stride;
  }
  for (ptrdiff_t k = 0; k < count; k++) {
    float sum = rest[k];
    const lanes all = apart ? wide[k] + wide[k + apart] : wide[k];
    for (int lane = 0; lane < 16; lane++) sum += all[lane];
    sums[k] = sum;
  }
}

WIDEST void gd_correlations(const float *a_re, const float *a_im, ptrdiff_t a_stride, const float *b_re,
                            const float *b_im, ptrdiff_t b_stride, ptrdiff_t width, ptrdiff_t height, ptrdiff_t shifts,
                            float *sums) {
#define CORRELATIONS(count) \
  case count: correlations(a_re, a_im, a_stride, b_re + s, b_im + s, b_stride, width, height, count, sums + s); break
  for (ptrdiff_t s = 0, parts = (shifts + most_shifts - 1) / most_shifts; parts > 0; parts--) {
    // Parts of about one size.
    const ptrdiff_t part = (shifts - s + parts - 1) / parts;
    switch (part) {
      CORRELATIONS(7);
      CORRELATIONS(6);
      CORRELATIONS(5);
      CORRELATIONS(4);
      CORRELATIONS(3);
      CORRELATIONS(2);
      default: CORRELATIONS(1);
    }
    s += part;
  }
#undef CORRELATIONS
}

WIDEST void gd_line_places(double x, double y, double x_step, double y_step, ptrdiff_t first, float *restrict xs,
                           float *restrict ys, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) {
    const double place = (double)(first + i);
    xs[i] = (float)(rint((x + x_step * place) * 1024) / 1024);
    ys[i] = (float)(rint((y + y_step * place) * 1024) / 1024);
  }
}

typedef int32_t int_lanes __attribute__((vector_size(64), aligned(4)));

// Sixteen places that follow each other in one row and the next, as those of a picture that is hardly turned do, need no
// gathering; false where these don't.
static inline __attribute__((always_inline)) int sample_side_by_side(
    const float *source, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys, float *restrict target) {
  const int_lanes steps = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const lanes x = *(const lanes *)xs - 0.5f, y = *(const lanes *)ys - 0.5f;
  const int_lanes columns = __builtin_convertvector(x, int_lanes), rows = __builtin_convertvector(y, int_lanes);
  const int32_t column = columns[0], row = rows[0];
  if (!(x[0] >= 0) || !(y[0] >= 0) || column + 16 >= width || row + 1 >= height) return 0;
  if (__builtin_reduce_or((columns - steps - column) | (rows - row))) return 0;
  // Above the first row or left of the first column, what is below 0 became 0.
  if (__builtin_reduce_or((int_lanes)(x < 0) | (int_lanes)(y < 0))) return 0;
  const lanes fx = x - __builtin_convertvector(columns, lanes), fy = y - __builtin_convertvector(rows, lanes);
  const float *upper = source + (ptrdiff_t)row * width + column, *lower = upper + width;
  const lanes a = *(const lanes *)upper, b = *(const lanes *)(upper + 1);
  const lanes c = *(const lanes *)lower, d = *(const lanes *)(lower + 1);
  const lanes top = a + fx * (b - a);
  const lanes low = c + fx * (d - c);
  *(lanes *)target = top + fy * (low - top);
  return 1;
}

WIDEST void gd_sample_bilinear(const float *source, ptrdiff_t width, ptrdiff_t height, const float *xs,
                               const float *ys, float *restrict target, ptrdiff_t n) {
  const float right = (float)(width - 1);
  const float bottom = (float)(height - 1);
  ptrdiff_t i = 0;
  while (i < n) {
    if (i + 16 <= n && sample_side_by_side(source, width, height, xs + i, ys + i, target + i)) {
      i += 16;
      continue;
    }
    const ptrdiff_t end = i + 16 < n ? i + 16 : n;
    for (; i < end; i++) {
      float x = xs[i] - 0.5f;
      float y = ys[i] - 0.5f;
      x = x < 0 ? 0 : (x > right ? right : x);
      y = y < 0 ? 0 : (y > bottom ? bottom : y);
      const int32_t column = (int32_t)x;
      const int32_t row = (int32_t)y;
      const float fx = x - (float)column;
      const float fy = y - (float)row;
      const ptrdiff_t step_x = column + 1 < width ? 1 : 0;
      const ptrdiff_t step_y = row + 1 < height ? width : 0;
      const float *corner = source + (ptrdiff_t)row * width + column;
      const float top = corner[0] + fx * (corner[step_x] - corner[0]);
      const float low = corner[step_y] + fx * (corner[step_y + step_x] - corner[step_y]);
      target[i] = top + fy * (low - top);
    }
  }
}

WIDEST void gd_sample_labels(const uint16_t *source, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys,
                             uint16_t *restrict target, ptrdiff_t n) {
  const float right = (float)(width - 1), bottom = (float)(height - 1);
  for (ptrdiff_t i = 0; i < n; i++) {
    const float x = xs[i] < 0 ? 0 : (xs[i] > right ? right : xs[i]);
    const float y = ys[i] < 0 ? 0 : (ys[i] > bottom ? bottom : ys[i]);
    target[i] = source[(ptrdiff_t)(int32_t)y * width + (int32_t)x];
  }
}

// A cubic spline at parts (u, v) of a pixel right of and below a coefficient; `load` gives those about it.
#define SPLINE(type, u, v, load, target)                                                       \
  do {                                                                                         \
    const type p = 1 - u, q = 1 - v;                                                           \
    const type before = p * p * p * sixth, after = u * u * u * sixth;                          \
    const type here = (4 - 3 * u * u * (2 - u)) * sixth, next = 1 - before - here - after;     \
    const type above = q * q * q * sixth, under = v * v * v * sixth;                           \
    const type level = (4 - 3 * v * v * (2 - v)) * sixth, below = 1 - above - level - under;   \
    target = above * SPLINE_ROW(load, 0) + level * SPLINE_ROW(load, 1) + below * SPLINE_ROW(load, 2) + \
             under * SPLINE_ROW(load, 3);                                                      \
  } while (0)
#define SPLINE_ROW(load, k) (before * load(k, 0) + here * load(k, 1) + next * load(k, 2) + after * load(k, 3))
#define SPLINE_LANES(k, i) (*(const lanes *)(corner + (k) * width + (i)))
#define SPLINE_ONE(k, i) corner[(k) * width + (i)]

static const float sixth = 1.0f / 6;

// As `sample_side_by_side`.
static inline __attribute__((always_inline)) int spline_side_by_side(
    const float *coefficients, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys,
    float *restrict target) {
  const int_lanes steps = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const lanes x = *(const lanes *)xs - 0.5f, y = *(const lanes *)ys - 0.5f;
  const int_lanes columns = __builtin_convertvector(x, int_lanes), rows = __builtin_convertvector(y, int_lanes);
  const int32_t column = columns[0], row = rows[0];
  if (column < 1 || row < 1 || column + 17 >= width || row + 3 >= height) return 0;
  if (__builtin_reduce_or((columns - steps - column) | (rows - row))) return 0;
  const lanes u = x - __builtin_convertvector(columns, lanes), v = y - __builtin_convertvector(rows, lanes);
  const float *corner = coefficients + (ptrdiff_t)(row - 1) * width + (column - 1);
  SPLINE(lanes, u, v, SPLINE_LANES, *(lanes *)target);
  return 1;
}

WIDEST void gd_sample_spline(const float *coefficients, ptrdiff_t width, ptrdiff_t height, const float *xs,
                             const float *ys, float *restrict target, ptrdiff_t n) {
  const float right = (float)(width - 3), bottom = (float)(height - 3);
  ptrdiff_t i = 0;
  while (i < n) {
    if (i + 16 <= n && spline_side_by_side(coefficients, width, height, xs + i, ys + i, target + i)) {
      i += 16;
      continue;
    }
    const ptrdiff_t end = i + 16 < n ? i + 16 : n;
    for (; i < end; i++) {
      float x = xs[i] - 0.5f;
      float y = ys[i] - 0.5f;
      x = x < 1 ? 1 : (x > right ? right : x);
      y = y < 1 ? 1 : (y > bottom ? bottom : y);
      const int32_t column = (int32_t)x;
      const int32_t row = (int32_t)y;
      const float u = x - (float)column, v = y - (float)row;
      const float *corner = coefficients + (ptrdiff_t)(row - 1) * width + (column - 1);
      SPLINE(float, u, v, SPLINE_ONE, target[i]);
    }
  }
}

WIDEST void gd_column_step(const uint16_t *labels, const uint16_t *before, int16_t *restrict steps,
                           uint16_t *restrict other, int16_t *restrict rows, uint16_t *restrict found,
                           ptrdiff_t width) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const int16_t grown = steps[x] < 16384 ? (int16_t)(steps[x] + 1) : 16384;
    const int begins = labels[x] != before[x];
    const int16_t step = begins ? 1 : grown;
    const uint16_t label = begins ? before[x] : other[x];
    steps[x] = step;
    other[x] = label;
    const int nearer = step < rows[x];
    rows[x] = nearer ? step : rows[x];
    found[x] = nearer ? label : found[x];
  }
}

void gd_nearest_row(const uint16_t *labels, const int16_t *rows, const uint16_t *found, float *restrict distance,
                    uint16_t *restrict other, ptrdiff_t width, ptrdiff_t reach) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const uint16_t own = labels[x];
    int32_t best = (int32_t)rows[x] * rows[x];
    uint16_t label = found[x];
    for (int32_t step = 1; step * step < best; step++) {
      for (int32_t sign = -1; sign <= 1; sign += 2) {
        const ptrdiff_t place = x + sign * step;
        if (place < 0 || place >= width) continue;
        if (labels[place] != own) {
          // Nothing further along the row can be nearer.
          best = step * step;
          label = labels[place];
          break;
        }
        const int32_t square = step * step + (int32_t)rows[place] * rows[place];
        if (square < best) {
          best = square;
          label = found[place];
        }
      }
    }
    const int within = best < reach * reach;
    distance[x] = within ? sqrtf((float)best) - 0.5f : (float)reach;
    other[x] = within ? label : own;
  }
}

// One Stockham pass of radix p: from (l, p, m) to (p, l, m) order, where n = l * p * m.
// x[l*p*m] holds l-major blocks; each output is a p-point transform of twisted inputs.
typedef struct {
  float re, im;
} complex_t;

static inline complex_t times(complex_t a, complex_t b) {
  return (complex_t){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// The direct p-point transform (p <= 5) of v, sign as in gd_fft.
static inline void small_transform(complex_t *v, int p, float sign) {
  if (p == 2) {
    const complex_t a = v[0], b = v[1];
    v[0] = (complex_t){a.re + b.re, a.im + b.im};
    v[1] = (complex_t){a.re - b.re, a.im - b.im};
  } else if (p == 4) {
    const complex_t s = {v[0].re + v[2].re, v[0].im + v[2].im}, d = {v[0].re - v[2].re, v[0].im - v[2].im};
    const complex_t t = {v[1].re + v[3].re, v[1].im + v[3].im}, e = {v[1].re - v[3].re, v[1].im - v[3].im};
    const complex_t turned = {-sign * e.im, sign * e.re};
    v[0] = (complex_t){s.re + t.re, s.im + t.im};
    v[2] = (complex_t){s.re - t.re, s.im - t.im};
    v[1] = (complex_t){d.re + turned.re, d.im + turned.im};
    v[3] = (complex_t){d.re - turned.re, d.im - turned.im};
  } else if (p == 3) {
    const float half = -0.5f, root = sign * 0.86602540378443865f;
    const complex_t t = {v[1].re + v[2].re, v[1].im + v[2].im}, e = {v[1].re - v[2].re, v[1].im - v[2].im};
    const complex_t base = {v[0].re + half * t.re, v[0].im + half * t.im};
    const complex_t turned = {-root * e.im, root * e.re};
    v[0] = (complex_t){v[0].re + t.re, v[0].im + t.im};
    v[1] = (complex_t){base.re + turned.re, base.im + turned.im};
    v[2] = (complex_t){base.re - turned.re, base.im - turned.im};
  } else {
    const float c1 = 0.30901699437494742f, c2 = -0.80901699437494742f;
    const float s1 = sign * 0.95105651629515357f, s2 = sign * 0.58778525229247313f;
    const complex_t t1 = {v[1].re + v[4].re, v[1].im + v[4].im}, e1 = {v[1].re - v[4].re, v[1].im - v[4].im};
    const complex_t t2 = {v[2].re + v[3].re, v[2].im + v[3].im}, e2 = {v[2].re - v[3].re, v[2].im - v[3].im};
    const complex_t a = {v[0].re + c1 * t1.re + c2 * t2.re, v[0].im + c1 * t1.im + c2 * t2.im};
    const complex_t b = {v[0].re + c2 * t1.re + c1 * t2.re, v[0].im + c2 * t1.im + c1 * t2.im};
    const complex_t u = {-(s1 * e1.im + s2 * e2.im), s1 * e1.re + s2 * e2.re};
    const complex_t w = {-(s2 * e1.im - s1 * e2.im), s2 * e1.re - s1 * e2.re};
    v[0] = (complex_t){v[0].re + t1.re + t2.re, v[0].im + t1.im + t2.im};
    v[1] = (complex_t){a.re + u.re, a.im + u.im};
    v[4] = (complex_t){a.re - u.re, a.im - u.im};
    v[2] = (complex_t){b.re + w.re, b.im + w.im};
    v[3] = (complex_t){b.re - w.re, b.im - w.im};
  }
}

static inline __attribute__((always_inline)) void pass(const complex_t *from, complex_t *restrict to, ptrdiff_t l, int p,
                                                       ptrdiff_t m, ptrdiff_t together, float sign,
                                                       const complex_t *twiddles) {
  const ptrdiff_t side_by_side = m * together;
  for (ptrdiff_t j = 0; j < l; j++) {
    complex_t twist[5];
    for (int q = 1; q < p; q++) {
      twist[q] = twiddles[j * q * m];
      twist[q].im *= -sign;
    }
    const complex_t *source = from + j * side_by_side;
    complex_t *restrict target = to + j * p * side_by_side;
    for (ptrdiff_t k = 0; k < side_by_side; k++) {
      complex_t v[5];
      v[0] = source[k];
      for (int q = 1; q < p; q++) v[q] = source[q * l * side_by_side + k];
      small_transform(v, p, sign);
      target[k] = v[0];
      for (int q = 1; q < p; q++) target[q * side_by_side + k] = times(v[q], twist[q]);
    }
  }
}

WIDEST void gd_fft(float *data, ptrdiff_t n, ptrdiff_t together, int sign, const float *twiddles, float *scratch) {
  complex_t *from = (complex_t *)data;
  complex_t *to = (complex_t *)scratch;
  const complex_t *roots = (const complex_t *)twiddles;
  ptrdiff_t left = n;
  ptrdiff_t m = 1;
  while (left > 1) {
    const int p = left % 4 == 0 ? 4 : left % 2 == 0 ? 2 : left % 3 == 0 ? 3 : 5;
    const ptrdiff_t l = left / p;
    const float s = (float)sign;
    if (p == 4) pass(from, to, l, 4, m, together, s, roots);
    else if (p == 2) pass(from, to, l, 2, m, together, s, roots);
    else if (p == 3) pass(from, to, l, 3, m, together, s, roots);
    else pass(from, to, l, 5, m, together, s, roots);
    complex_t *swap = from;
    from = to;
    to = swap;
    m *= p;
    left = l;
  }
  if (from != (complex_t *)data) memcpy(data, from, (size_t)(n * together) * sizeof(complex_t));
}
