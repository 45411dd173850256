// The kernels of NetworkKernels.h for one type of element, ELEMENT, read by GET and written by PUT, named by NAME.

WIDEST static void NAME(activate)(const ELEMENT *source, const float *bias, ELEMENT *target, ptrdiff_t pixels,
                                  ptrdiff_t channels, int activation, float slope) {
  for (ptrdiff_t p = 0; p < pixels; p++, source += channels, target += channels) {
    if (activation == 1) {
      for (ptrdiff_t c = 0; c < channels; c++) {
        const float x = GET(source[c]) + (bias ? bias[c] : 0);
        PUT(target[c], x > 0 ? x : slope * x);
      }
    } else {
      for (ptrdiff_t c = 0; c < channels; c++) {
        const float x = GET(source[c]) + (bias ? bias[c] : 0);
        PUT(target[c], activation == 2 ? 1 / (1 + expf(-x)) : activation == 3 ? tanhf(x) : x);
      }
    }
  }
}

WIDEST static void NAME(activation_gradient)(const ELEMENT *output, ELEMENT *gradient, ptrdiff_t count, int activation,
                                             float slope) {
  if (activation == 1) {
    for (ptrdiff_t i = 0; i < count; i++) PUT(gradient[i], GET(gradient[i]) * (GET(output[i]) > 0 ? 1 : slope));
  } else if (activation == 2) {
    for (ptrdiff_t i = 0; i < count; i++) {
      const float y = GET(output[i]);
      PUT(gradient[i], GET(gradient[i]) * y * (1 - y));
    }
  } else if (activation == 3) {
    for (ptrdiff_t i = 0; i < count; i++) {
      const float y = GET(output[i]);
      PUT(gradient[i], GET(gradient[i]) * (1 - y * y));
    }
  }
}

WIDEST static void NAME(add)(const ELEMENT *source, ELEMENT *target, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) PUT(target[i], GET(target[i]) + GET(source[i]));
}

WIDEST static void NAME(scale_channels)(const ELEMENT *source, const float *scale, const float *shift, ELEMENT *target,
                                        ptrdiff_t pixels, ptrdiff_t channels) {
  for (ptrdiff_t p = 0; p < pixels; p++, source += channels, target += channels)
    for (ptrdiff_t c = 0; c < channels; c++) PUT(target[c], GET(source[c]) * scale[c] + (shift ? shift[c] : 0));
}

WIDEST static void NAME(channel_sums)(const ELEMENT *gradient, const ELEMENT *input, double *sums, double *products,
                                      ptrdiff_t pixels, ptrdiff_t channels) {
  for (ptrdiff_t p = 0; p < pixels; p++, gradient += channels, input += channels)
    for (ptrdiff_t c = 0; c < channels; c++) {
      sums[c] += (double)GET(gradient[c]);
      products[c] += (double)GET(gradient[c]) * (double)GET(input[c]);
    }
}

static void NAME(copy_channels)(const ELEMENT *source, ptrdiff_t source_channels, ELEMENT *target,
                                ptrdiff_t target_channels, ptrdiff_t pixels, ptrdiff_t channels) {
  for (ptrdiff_t p = 0; p < pixels; p++, source += source_channels, target += target_channels)
    memcpy(target, source, (size_t)channels * sizeof(ELEMENT));
}

WIDEST static void NAME(pool_row)(int average, const ELEMENT *source, ptrdiff_t width, ptrdiff_t channels,
                                  ELEMENT *target, ptrdiff_t target_width, ptrdiff_t size, ptrdiff_t stride) {
  const float share = 1 / (float)(size * size);
  for (ptrdiff_t x = 0; x < target_width; x++, target += channels) {
    const ELEMENT *corner = source + x * stride * channels;
    if (size == 2 && !average) {
      const ELEMENT *below = corner + width * channels;
      for (ptrdiff_t c = 0; c < channels; c++) {
        const float a = GET(corner[c]), b = GET(corner[channels + c]), d = GET(below[c]), e = GET(below[channels + c]);
        const float upper = a > b ? a : b, lower = d > e ? d : e;
        PUT(target[c], upper > lower ? upper : lower);
      }
      continue;
    }
    for (ptrdiff_t c = 0; c < channels; c++) {
      float value = average ? 0 : GET(corner[c]);
      for (ptrdiff_t j = 0; j < size; j++)
        for (ptrdiff_t i = 0; i < size; i++) {
          const float x2 = GET(corner[(j * width + i) * channels + c]);
          value = average ? value + x2 : x2 > value ? x2 : value;
        }
      PUT(target[c], average ? value * share : value);
    }
  }
}

WIDEST static void NAME(pool_row_gradient)(int average, const ELEMENT *source, const ELEMENT *gradient,
                                           ELEMENT *source_gradient, ptrdiff_t width, ptrdiff_t channels,
                                           ptrdiff_t target_width, ptrdiff_t size, ptrdiff_t stride) {
  const float share = 1 / (float)(size * size);
  for (ptrdiff_t x = 0; x < target_width; x++, gradient += channels) {
    const ELEMENT *corner = source + x * stride * channels;
    ELEMENT *target = source_gradient + x * stride * channels;
    if (size == 2 && !average) {
      const int apart = stride == 2;
      const ELEMENT *cornerBelow = corner + width * channels;
      // These are four pixels apart from each other.
      ELEMENT *restrict atA = target, *restrict atB = target + channels;
      ELEMENT *restrict atD = target + width * channels, *restrict atE = atD + channels;
      for (ptrdiff_t c = 0; c < channels; c++) {
        const float g = GET(gradient[c]);
        const float a = GET(corner[c]), b = GET(corner[c + channels]);
        const float d = GET(cornerBelow[c]), e = GET(cornerBelow[c + channels]);
        const float ab = a > b ? a : b, de = d > e ? d : e, most = ab > de ? ab : de;
        const float ofA = a >= most ? g : 0, leftA = a >= most ? 0 : g;
        const float ofB = b >= most ? leftA : 0, leftB = b >= most ? 0 : leftA;
        const float ofD = d >= most ? leftB : 0, leftD = d >= most ? 0 : leftB;
        // Blocks that don't overlap need not be cleared before.
        PUT(atA[c], apart ? ofA : GET(atA[c]) + ofA);
        PUT(atB[c], apart ? ofB : GET(atB[c]) + ofB);
        PUT(atD[c], apart ? ofD : GET(atD[c]) + ofD);
        PUT(atE[c], apart ? leftD : GET(atE[c]) + leftD);
      }
      continue;
    }
    for (ptrdiff_t c = 0; c < channels; c++) {
      ptrdiff_t best = c;
      for (ptrdiff_t j = 0; j < size; j++)
        for (ptrdiff_t i = 0; i < size; i++) {
          const ptrdiff_t at = (j * width + i) * channels + c;
          if (average) PUT(target[at], GET(target[at]) + GET(gradient[c]) * share);
          if (GET(corner[at]) > GET(corner[best])) best = at;
        }
      if (!average) PUT(target[best], GET(target[best]) + GET(gradient[c]));
    }
  }
}

static void NAME(repeat_row)(const ELEMENT *source, ptrdiff_t width, ptrdiff_t channels, ELEMENT *target,
                             ptrdiff_t factor) {
  for (ptrdiff_t x = 0; x < width; x++, source += channels)
    for (ptrdiff_t i = 0; i < factor; i++, target += channels)
      memcpy(target, source, (size_t)channels * sizeof(ELEMENT));
}

WIDEST static void NAME(repeat_row_gradient)(const ELEMENT *gradient, ptrdiff_t width, ptrdiff_t channels,
                                             ELEMENT *target, ptrdiff_t factor) {
  const ptrdiff_t row = width * factor * channels;
  if (factor == 2) {
    for (ptrdiff_t x = 0; x < width; x++) {
      const ELEMENT *upper = gradient + 2 * x * channels, *lower = upper + row;
      ELEMENT *restrict sum = target + x * channels;
      for (ptrdiff_t c = 0; c < channels; c++)
        PUT(sum[c], GET(upper[c]) + GET(upper[channels + c]) + GET(lower[c]) + GET(lower[channels + c]));
    }
    return;
  }
  for (ptrdiff_t x = 0; x < width; x++, target += channels)
    for (ptrdiff_t c = 0; c < channels; c++) {
      float sum = 0;
      for (ptrdiff_t j = 0; j < factor; j++)
        for (ptrdiff_t i = 0; i < factor; i++) sum += GET(gradient[j * row + (x * factor + i) * channels + c]);
      PUT(target[c], sum);
    }
}

// The two columns that column x of the enlarged row lies between, and how far it is on the way to the second.
static inline float NAME(between)(ptrdiff_t x, ptrdiff_t width, ptrdiff_t factor, ptrdiff_t *left, ptrdiff_t *right) {
  const float place = ((float)x + 0.5f) / (float)factor - 0.5f;
  const float held = place < 0 ? 0 : place;
  *left = (ptrdiff_t)held;
  *right = *left + 1 < width ? *left + 1 : width - 1;
  return held - (float)*left;
}

WIDEST static void NAME(bilinear_row)(const ELEMENT *upper, const ELEMENT *lower, float share, ptrdiff_t width,
                                      ptrdiff_t channels, ELEMENT *target, ptrdiff_t factor) {
  for (ptrdiff_t x = 0; x < width * factor; x++, target += channels) {
    ptrdiff_t left, right;
    const float along = NAME(between)(x, width, factor, &left, &right);
    left *= channels, right *= channels;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const float a = GET(upper[left + c]), b = GET(upper[right + c]);
      const float d = GET(lower[left + c]), e = GET(lower[right + c]);
      const float above = a + (b - a) * along, below = d + (e - d) * along;
      PUT(target[c], above + (below - above) * share);
    }
  }
}

// upper and lower: float rows of gradients that are added to.
WIDEST static void NAME(bilinear_row_gradient)(const ELEMENT *gradient, float share, ptrdiff_t width,
                                               ptrdiff_t channels, float *upper, float *lower, ptrdiff_t factor) {
  for (ptrdiff_t x = 0; x < width * factor; x++, gradient += channels) {
    ptrdiff_t left, right;
    const float along = NAME(between)(x, width, factor, &left, &right);
    left *= channels, right *= channels;
    for (ptrdiff_t c = 0; c < channels; c++) {
      const float g = GET(gradient[c]);
      upper[left + c] += g * (1 - share) * (1 - along);
      upper[right + c] += g * (1 - share) * along;
      lower[left + c] += g * share * (1 - along);
      lower[right + c] += g * share * along;
    }
  }
}

static inline __attribute__((always_inline)) void NAME(shuffle_by)(const ELEMENT *deep, ELEMENT *rows, ptrdiff_t width,
                                                                   ptrdiff_t channels, const ptrdiff_t factor) {
  for (ptrdiff_t j = 0; j < factor; j++, rows += width * factor * channels)
    for (ptrdiff_t x = 0; x < width; x++)
      for (ptrdiff_t i = 0; i < factor; i++) {
        const ELEMENT *source = deep + x * channels * factor * factor + j * factor + i;
        ELEMENT *target = rows + (x * factor + i) * channels;
        for (ptrdiff_t c = 0; c < channels; c++) target[c] = source[c * factor * factor];
      }
}

WIDEST static void NAME(shuffle_rows)(const ELEMENT *deep, ELEMENT *rows, ptrdiff_t width, ptrdiff_t channels,
                                      ptrdiff_t factor) {
  if (factor == 2) NAME(shuffle_by)(deep, rows, width, channels, 2);
  else NAME(shuffle_by)(deep, rows, width, channels, factor);
}

static void NAME(unshuffle_rows)(const ELEMENT *rows, ELEMENT *deep, ptrdiff_t width, ptrdiff_t channels,
                                 ptrdiff_t factor) {
  const ptrdiff_t row = width * factor * channels;
  for (ptrdiff_t x = 0; x < width; x++)
    for (ptrdiff_t c = 0; c < channels; c++)
      for (ptrdiff_t j = 0; j < factor; j++)
        for (ptrdiff_t i = 0; i < factor; i++, deep++) *deep = rows[j * row + (x * factor + i) * channels + c];
}
