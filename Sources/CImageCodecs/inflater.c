#include <errno.h>
#include <libdeflate.h>
#include <unistd.h>

#include "internal.h"

struct gd_inflater {
  struct libdeflate_decompressor *decompressor;
  uint8_t *stored;
  size_t capacity;
};

gd_inflater *gd_inflater_make(void) {
  gd_inflater *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->decompressor = libdeflate_alloc_decompressor();
  if (self->decompressor) return self;
  free(self);
  return NULL;
}

void gd_inflater_free(gd_inflater *self) {
  if (!self) return;
  libdeflate_free_decompressor(self->decompressor);
  free(self->stored);
  free(self);
}

int gd_inflater_read(
    gd_inflater *self, int fd, uint64_t offset, size_t length, void *bytes, size_t size) {
  if (self->capacity < length) {
    free(self->stored);
    self->stored = malloc(length);
    self->capacity = self->stored ? length : 0;
    if (!self->stored) return 0;
  }
  size_t done = 0;
  while (done < length) {
    ssize_t count = pread(fd, self->stored + done, length - done, (off_t)(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    done += (size_t)count;
  }
  return libdeflate_zlib_decompress(
             self->decompressor, self->stored, length, bytes, size, NULL) == LIBDEFLATE_SUCCESS;
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t words8 __attribute__((vector_size(16)));

// Sixteen or eight samples at a time become the sums of all up to them, and of the last one before.
static void add_bytes(uint8_t *row, size_t count) {
  const bytes16 zero = {0};
  bytes16 last = zero;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    bytes16 v;
    memcpy(&v, row + i, sizeof v);
    v += __builtin_shufflevector(
        zero, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    v += __builtin_shufflevector(
        zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    v += __builtin_shufflevector(
        zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
    v += __builtin_shufflevector(
        zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
    v += last;
    memcpy(row + i, &v, sizeof v);
    last = zero + v[15];
  }
  for (uint8_t sum = last[0]; i < count; i++) row[i] = sum = (uint8_t)(sum + row[i]);
}

static void add_words(uint16_t *row, size_t count) {
  const words8 zero = {0};
  words8 last = zero;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    words8 v;
    memcpy(&v, row + i, sizeof v);
    v += __builtin_shufflevector(zero, v, 7, 8, 9, 10, 11, 12, 13, 14);
    v += __builtin_shufflevector(zero, v, 6, 7, 8, 9, 10, 11, 12, 13);
    v += __builtin_shufflevector(zero, v, 4, 5, 6, 7, 8, 9, 10, 11);
    v += last;
    memcpy(row + i, &v, sizeof v);
    last = zero + v[7];
  }
  for (uint16_t sum = last[0]; i < count; i++) row[i] = sum = (uint16_t)(sum + row[i]);
}

#define ADD_CHANNELS(Sample, row)                                  \
  for (size_t c = 0; c < channels; c++) {                          \
    Sample sum = 0;                                                \
    for (size_t i = c; i < count; i += channels) {                 \
      (row)[i] = sum = (Sample)(sum + (row)[i]);                   \
    }                                                              \
  }

void gd_add_differences(void *bytes, size_t rows, size_t count, size_t channels, int bits) {
  for (size_t y = 0; y < rows; y++) {
    if (bits == 8) {
      uint8_t *row = (uint8_t *)bytes + y * count;
      if (channels == 1) {
        add_bytes(row, count);
      } else {
        ADD_CHANNELS(uint8_t, row)
      }
    } else {
      uint16_t *row = (uint16_t *)bytes + y * count;
      if (channels == 1) {
        add_words(row, count);
      } else {
        ADD_CHANNELS(uint16_t, row)
      }
    }
  }
}
