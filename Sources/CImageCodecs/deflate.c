#include <zlib.h>

#include "internal.h"

size_t gd_deflate_bound(size_t count) { return compressBound(count); }

size_t gd_deflate(const void *bytes, size_t count, int level, void *target, size_t capacity) {
  uLongf length = capacity;
  return compress2(target, &length, bytes, count, level) == Z_OK ? length : 0;
}
