// The hot loops of reading layouts and filling polygons.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One row of coverage from what each column adds to the one before, and the next row's beginning.
// changes: in units of 2^-24 of a pixel's area, as many as whole sixteens hold width + 1; all 0 afterwards.
// touched: a bit for each sixteen columns any of which is not 0, sixty-four in a word; all 0 afterwards.
// target: width floats; the sums so far, held to 0...1.
void gd_coverage_row(int32_t *changes, uint64_t *touched, float *target, ptrdiff_t width);

// The same past the caches, for planes that do not fit them; `target` lies at a multiple of 16 bytes, and `width` is a
// multiple of 4.
void gd_coverage_row_streamed(int32_t *changes, uint64_t *touched, float *target, ptrdiff_t width);

// target[i] = 0, past the caches; `target` lies at a multiple of 16 bytes, and `count` is a multiple of 4.
void gd_clear_streamed(float *target, ptrdiff_t count);

// What was streamed is seen by every thread that sees what this one does next.
void gd_end_streaming(void);

// target[i] = the i-th number of `source`, each highest byte first; `source` need not be aligned.
void gd_big_endian_numbers(const void *source, int32_t *target, ptrdiff_t count);

// The box around `points` corners x, y, x, y, ..., one or more: least x, least y, greatest x, greatest y.
// Returns twice the area they wind around, counter-clockwise ones being positive, modulo 2^64.
int64_t gd_outline(const int32_t *corners, ptrdiff_t points, int32_t *box);
