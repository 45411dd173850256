// Rows of the comparison of a scan with its golden. Pictures of several planes come as arrays of `planes` row pointers.
#pragma once
#include <stddef.h>
#include <stdint.h>

// residual[p][x] = scan[p][x] - golden[p][x] - field of the pixel's material there.
// number[x] = numbers[materials[x] + 65536 * d], d = 2 from 4 pixels off an edge on, 1 from 2 on, else 0. fields: for each plane and number, `cells` values of this row at the middles of cells
// `cell` pixels wide: fields[(p * materials_count + number) * cells + i].
void gd_lit_row(const float *const *scan, const float *const *golden, const uint16_t *materials,
                const float *distance, const uint16_t *numbers, const float *fields, ptrdiff_t materials_count, ptrdiff_t cells, ptrdiff_t cell,
                float *const *residual, ptrdiff_t planes, ptrdiff_t width);

// Adds a row to sums and weights of its cells: sums[(p * count + number) * cells + x / cell] += w * clipped residual, and
// weights[number * cells + x / cell] += w; where `fades`, w falls to a thousandth near edges. Numbers of 0 are left out.
// At most three planes; weights may be NULL, where they are known already.
// low, high: bounds of the residual by plane and number, about centers[p][number * cells + x / cell].
void gd_lit_sums_row(const float *const *scan, const float *const *golden, const uint16_t *materials,
                     const float *distance, const uint16_t *numbers, const float *low, const float *high,
                     const float *const *centers, ptrdiff_t count, ptrdiff_t cells, ptrdiff_t cell, int fades,
                     float *sums, float *weights, ptrdiff_t planes, ptrdiff_t width);

// target[x] = above[x] + share * (below[x] - above[x]).
void gd_between_rows(const float *above, const float *below, float share, float *target, ptrdiff_t width);

// For the motion that is left: adds r gx, r gy, gx gx, gx gy, gy gy of a row to five rows of `cells` sums; r clipped to
// +-clip, (gx, gy) the central difference of the golden. above, below: the golden's neighbouring rows.
void gd_motion_sums_row(const float *residual, const float *above, const float *golden, const float *below, float clip,
                        ptrdiff_t cells, ptrdiff_t cell, float *sums, ptrdiff_t width);

// residual[x] -= dx gx + dy gy, with dx and dy between the middles of cells.
void gd_motion_row(float *residual, const float *above, const float *golden, const float *below, const float *dx,
                   const float *dy, ptrdiff_t cells, ptrdiff_t cell, ptrdiff_t width);

// strata[x] = numbers[materials[x]] * bins + how many of the borders (rising) are at most distance[x], plus `offset` where
// alone[x] is above 1/2; alone may be NULL.
void gd_strata_row(const uint16_t *materials, const float *distance, const uint16_t *numbers, const float *borders,
                   ptrdiff_t bins, const float *alone, uint16_t offset, uint16_t *strata, ptrdiff_t width);

// white[j][x] = sum over i >= j of tables[stratum * size + ...] * residual[i][x] (upper triangle, row by row), and the last
// plane of `white`, of `planes` + 1, the weighted sum of all, light[0 ... planes-1], over its own deviation, the last entry
// of the stratum. size = planes (planes + 1) / 2 + 1. Nothing is left of values beyond `most`.
void gd_whiten_row(const float *const *residual, const uint16_t *strata, const float *tables, const float *light,
                   float most, float *const *white, ptrdiff_t planes, ptrdiff_t width);

// z[x] = sqrt(sum of squares of the planes) * scale[strata[x * step + step / 2]].
void gd_length_row(const float *const *rows, ptrdiff_t planes, const uint16_t *strata, ptrdiff_t step,
                   const float *scale, float *z, ptrdiff_t width);

// score[x] = max(score[x], intercept[i] + slope[i] * z[x / step]) where z >= 1, i = 1 where strata[x] >= offset, else 0.
void gd_score_row(const float *z, ptrdiff_t step, const uint16_t *strata, uint16_t offset, const float *intercept,
                  const float *slope, float *score, ptrdiff_t width, ptrdiff_t z_width);

// Where looseness[x] is the one wanted: target[x] = how far scan[x] lies outside [low[x], high[x]], signed, in units of its
// kind of place.
void gd_beyond_row(const float *scan, const float *low, const float *high, const float *looseness, float wanted,
                   const uint16_t *strata, const float *inverse_sigmas, float *target, ptrdiff_t width);

// best[x] = whichever of best[x] and sum[x] * share is further from 0.
void gd_keep_greater_row(const float *sum, float share, float *best, ptrdiff_t width);

// target[x] = first[x] + second[x + shift], where that lies inside; second may be NULL for a row that does not.
void gd_add_shifted_row(const float *first, const float *second, ptrdiff_t shift, float *target, ptrdiff_t width);

// target[x] = whichever of first[x] and second[x + shift] is nearer to 0; 0 where they differ in sign or the second lies outside.
void gd_weaker_row(const float *first, const float *second, ptrdiff_t shift, float *target, ptrdiff_t width);

// shifts[y][x] = v * (2 * radius + 1) + u, with u and v from 0, of the shift by (u - radius, v - radius) that leaves the least
// sum over window x window of |scan - golden|, plus `liking` times the shift's square. Both point to the upper left of the
// padded part: width + window - 1 columns and height + window - 1 rows of the scan, 2 * radius more of the golden, and 16 bytes
// more may be read behind. radius <= 7. scratch: 16 * ((2 * radius + 1) * (width + window - 1) + 2 * width) numbers.
void gd_best_shifts(const uint8_t *scan, ptrdiff_t scan_stride, const uint8_t *golden, ptrdiff_t golden_stride,
                    ptrdiff_t width, ptrdiff_t height, ptrdiff_t window, ptrdiff_t radius, int32_t liking,
                    uint16_t *shifts, ptrdiff_t shifts_stride, int32_t *scratch);

// target[x] = sum[x] - weight[x] * value[x].
void gd_less_product_row(const float *sum, const float *weight, const float *value, float *target, ptrdiff_t width);

// By how much `kinds` kinds of pixels are off in one row of cells, side by side: first over all, before[x] + target[x] with
// target[x] = sum of sums / (trust + sum of weights), then each kind's own, leaning on it:
// own + (sums[k][x] + trust * (target[x] + prior)) / (weights[k][x] + trust), own that of the kind in `before`, and the prior
// before[x] + offsets[k] - own, or 0 where offsets is NULL.
// before, target: (kinds + 1) * width floats, kinds at least 1.
void gd_lit_fields_row(const float *const *sums, const float *const *weights, const float *before,
                       const float *offsets, ptrdiff_t kinds, float trust, float *target, ptrdiff_t width);
