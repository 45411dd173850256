#include <zlib.h>

#include "internal.h"

size_t gd_deflate_bound(size_t count) { return compressBound(count); }

size_t gd_deflate(const void *bytes, size_t count, int level, void *target, size_t capacity) {
  uLongf length = capacity;
  return compress2(target, &length, bytes, count, level) == Z_OK ? length : 0;
}

int gd_inflate(const void *bytes, size_t count, void *target, size_t size) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, -15) != Z_OK) return 0;
  stream.next_in = (Bytef *)bytes;
  stream.next_out = target;
  int state = Z_OK;
  // zlib counts in 32 bits; one byte more than wanted tells a stream that goes on.
  Bytef extra;
  while (state == Z_OK) {
    if (stream.avail_in == 0 && count > 0) {
      stream.avail_in = count > 1u << 30 ? 1u << 30 : (uInt)count;
      count -= stream.avail_in;
    }
    if (stream.avail_out == 0) {
      if (size == 0) {
        if (stream.next_out == &extra + 1) break;
        stream.next_out = &extra;
        stream.avail_out = 1;
      } else {
        stream.avail_out = size > 1u << 30 ? 1u << 30 : (uInt)size;
        size -= stream.avail_out;
      }
    }
    state = inflate(&stream, Z_NO_FLUSH);
  }
  int whole = state == Z_STREAM_END && size == 0 &&
              (stream.avail_out == 0 || stream.next_out == &extra) && stream.next_out != &extra + 1;
  inflateEnd(&stream);
  return whole;
}

uint32_t gd_crc32(uint32_t value, const void *bytes, size_t count) {
  return (uint32_t)crc32_z(value, bytes, count);
}
