// The hot loop of filling polygons.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One row of coverage from what each column adds to the one before, and the next row's beginning.
// changes: in units of 2^-24 of a pixel's area, as many as whole sixteens hold width + 1; all 0 afterwards.
// touched: a bit for each sixteen columns any of which is not 0, sixty-four in a word; all 0 afterwards.
// target: width floats; the sums so far, held to 0...1.
void gd_coverage_row(int32_t *changes, uint64_t *touched, float *target, ptrdiff_t width);
