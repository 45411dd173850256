// The hot loops, in C so that the compiler vectorises them and picks the widest vectors of the machine at run time.
// Planes are row-major floats; no pointer may be NULL; sources and targets do not overlap unless it says so.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "LayoutKernels.h"
#include "MatchingKernels.h"
#include "NetworkKernels.h"

// target[x] = sum over j and k of taps[|j|] * taps[|k|] * rows[radius + j][x + k], -radius <= j, k <= radius; columns beyond the
// border repeat the outermost, or are 0 where `in_nothing`. scratch: width + 2*radius floats.
void gd_convolve(const float *const *rows, float *target, ptrdiff_t width, const float *taps, ptrdiff_t radius,
                 int in_nothing, float *scratch);

// target[x * count + c] = planes[c][x] * 255, rounded; beyond 0 to 1 the nearest end, and 0 for what is no number. 1 to 4 planes.
void gd_quantise(const float *const *planes, ptrdiff_t count, ptrdiff_t width, uint8_t *target);

// target[x] = mean of the factor x factor block at column x*factor of `rows`, which are `factor` row pointers, 2048 at most.
void gd_box_reduce_row(const float *const *rows, float *target, ptrdiff_t target_width, ptrdiff_t factor);

// low/high[x] = least and greatest of source[x-radius ... x+radius], edges repeated. scratch: width + 2*radius.
void gd_extremes_row(const float *source, float *low, float *high, ptrdiff_t width, ptrdiff_t radius,
                     float *scratch);

// low[x] = min(low[x], source_low[x]); high[x] = max(high[x], source_high[x]).
void gd_merge_extremes(const float *source_low, const float *source_high, float *low, float *high,
                       ptrdiff_t width);

// The doubled-angle edge field of one row: with g the central-difference gradient of `middle` and m = |g|,
// (re, im) += strength(m) * (gx^2 - gy^2, 2 gx gy) / m^2 where strength = max(m / (m + scale) - floor, 0).
// above, middle, below: width floats each; the first and last column get nothing.
void gd_edge_field_row(const float *above, const float *middle, const float *below, float *re, float *im,
                       ptrdiff_t width, float scale, float floor);

// magnitude[x] = |central-difference gradient| of a row; first and last column are 0.
void gd_gradient_row(const float *above, const float *middle, const float *below, float *magnitude,
                     ptrdiff_t width);

// sums[s] = sum over y < height and x < width of a_re[y][x] * b_re[y][x+s] + a_im[y][x] * b_im[y][x+s], 0 <= s < shifts.
// Summed in single precision: keep width * height below some ten thousand.
void gd_correlations(const float *a_re, const float *a_im, ptrdiff_t a_stride, const float *b_re, const float *b_im,
                     ptrdiff_t b_stride, ptrdiff_t width, ptrdiff_t height, ptrdiff_t shifts, float *sums);

// Samples `source` (width x height) at (xs[i], ys[i]) in continuous coordinates (pixel centres at +1/2),
// bilinearly, edges repeated.
void gd_sample_bilinear(const float *source, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys,
                        float *target, ptrdiff_t n);

// The nearest label; those at the edges repeat.
void gd_sample_labels(const uint16_t *source, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys,
                      uint16_t *target, ptrdiff_t n);

// As gd_sample_bilinear, by a cubic spline of which the coefficients are given (width and height at least 4); what lies outermost, where
// a spline lacks neighbours, repeats.
void gd_sample_spline(const float *coefficients, ptrdiff_t width, ptrdiff_t height, const float *xs, const float *ys,
                      float *target, ptrdiff_t n);

// xs[i], ys[i] = (x, y) + (x_step, y_step) * (first + i), rounded to multiples of 1/1024.
void gd_line_places(double x, double y, double x_step, double y_step, ptrdiff_t first, float *xs, float *ys,
                    ptrdiff_t n);

// In-place complex FFT of `together` lines of `n` points, interleaved re, im, the lines side by side: point i of line k is at
// i * together + k; n = 2^a 3^b 5^c. sign -1 forward, +1 back (not scaled).
// twiddles: n complex roots exp(-2 pi i k / n); scratch: n * together complex.
void gd_fft(float *data, ptrdiff_t n, ptrdiff_t together, int sign, const float *twiddles, float *scratch);

// Walks one row of the search for the nearest other label along columns: where `labels` differs from `before` (the row
// above when going down, below when going up), a border begins: steps = 1, other = before; elsewhere steps grows by 1 and
// other is handed on. Then rows[x] and found[x] take steps and other where steps < rows[x].
// steps: in and out, reach at the start; values above reach mean none.
void gd_column_step(const uint16_t *labels, const uint16_t *before, int16_t *steps, uint16_t *other, int16_t *rows,
                    uint16_t *found, ptrdiff_t width);

// The nearest other label along a row, given the nearest along each column (rows, found): squared distance below
// reach * reach gives distance = sqrt - 1/2 and other; else distance = reach and other = the label itself.
void gd_nearest_row(const uint16_t *labels, const int16_t *rows, const uint16_t *found, float *distance,
                    uint16_t *other, ptrdiff_t width, ptrdiff_t reach);

// Training objectives. All are single-threaded; each adds `share` times the slope of its sum to `gradient`
// (width x height, as the pictures). weight: width x height, or NULL for 1 everywhere.

// What gd_point_loss measures of a residual r: |r|, r^2, sqrt(r^2 + epsilon^2).
enum { GD_L1 = 0, GD_L2 = 1, GD_CHARBONNIER = 2 };

// The sum of weight * the term over all pixels.
double gd_point_loss(int kind, const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                     ptrdiff_t height, float epsilon, float share, float *gradient);

// sums[0], sums[1] = the sum over neighbours along rows, along columns, of |difference of their residuals| times both
// weights. scratch: 4 * width + 2 floats.
void gd_gradient_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                      ptrdiff_t height, float share_x, float share_y, float *gradient, float *scratch, double *sums);

// The sum over all 11 x 11 windows inside of the weight at the window's middle times (1 - SSIM), or without luminance
// (1 - contrast and structure). taps: 6, taps[0] in the middle; middle: about the pictures' mean, against rounding;
// width, height: 11 or more; scratch: gd_ssim_scratch(width) floats.
double gd_ssim_loss(const float *prediction, const float *target, const float *weight, ptrdiff_t width,
                    ptrdiff_t height, const float *taps, float middle, int with_luminance, float share,
                    float *gradient, float *scratch);
ptrdiff_t gd_ssim_scratch(ptrdiff_t width);

// target (width/2 x height/2) = means of 2 x 2 blocks; an odd last column or row is left out.
void gd_halve(const float *source, ptrdiff_t width, ptrdiff_t height, float *target);

// gradient (width x height) += the slopes (width/2 x height/2) of gd_halve's result, handed back.
void gd_halve_back(const float *slopes, ptrdiff_t width, ptrdiff_t height, float *gradient);

// target[i] += factor * source[i].
void gd_add_scaled(const float *source, float factor, ptrdiff_t n, float *target);

// Swift does not see malloc.h. What malloc is told: freed memory stays with the process, however large the block was; and what
// is free now goes back to the system. Nothing is done where the C library is not GNU's.
void gd_keep_freed_memory(void);
void gd_give_back_memory(void);
