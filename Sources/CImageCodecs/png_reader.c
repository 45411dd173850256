#include <png.h>

#include "internal.h"

typedef struct {
  gd_rows rows;
  png_structp png;
  png_infop info;
  jmp_buf jump;
  gd_report report;
  uint32_t height, next;
  size_t row_bytes;
  uint64_t limit;
  int interlaced;
  uint8_t *held;         // an interlaced picture, whole
  png_bytep *held_rows;
  gd_source source;
} reader;

static int64_t consumed(const reader *reader) {
  return reader->source.offset - (int64_t)(reader->source.length - reader->source.position);
}

static void on_error(png_structp png, png_const_charp message) {
  reader *reader = png_get_error_ptr(png);
  if (reader->report.kind == 0) gd_note(&reader->report, gd_damaged, consumed(reader), message);
  longjmp(reader->jump, 1);
}

// libpng warns of ancillary chunks that it leaves out; the pixels are right all the same.
static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
  reader *reader = png_get_io_ptr(png);
  if (gd_source_read(&reader->source, target, count)) return;
  if (reader->source.failed) {
    gd_note(&reader->report, gd_io, consumed(reader), strerror(reader->source.failed));
  } else {
    gd_note(&reader->report, gd_ends_early, consumed(reader), "the file ends");
  }
  png_error(png, "the file ends");
}

static void close_png(gd_rows *rows) {
  reader *self = (reader *)rows;
  if (self->png) png_destroy_read_struct(&self->png, self->info ? &self->info : NULL, NULL);
  free(self->held);
  free(self->held_rows);
  free(self);
}

// Interlaced pictures come in seven passes over the whole, so that the whole is held.
static void hold(reader *self) {
  if ((uint64_t)self->row_bytes * self->height > self->limit) {
    gd_note(&self->report, gd_too_large, -1, "an interlaced picture must be held whole");
    longjmp(self->jump, 1);
  }
  self->held = malloc(self->row_bytes * self->height);
  self->held_rows = malloc(sizeof(png_bytep) * self->height);
  if (!self->held || !self->held_rows) {
    gd_note(&self->report, gd_too_large, -1, "no memory to hold an interlaced picture");
    longjmp(self->jump, 1);
  }
  for (uint32_t row = 0; row < self->height; row++) {
    self->held_rows[row] = self->held + self->row_bytes * row;
  }
  png_read_image(self->png, self->held_rows);
  png_read_end(self->png, NULL);
}

static int read_png(gd_rows *rows, void *row, gd_report *report) {
  reader *self = (reader *)rows;
  if (setjmp(self->jump)) {
    *report = self->report;
    return 0;
  }
  if (self->interlaced) {
    if (!self->held) hold(self);
    memcpy(row, self->held + self->row_bytes * self->next, self->row_bytes);
    self->next++;
  } else {
    png_read_row(self->png, row, NULL);
    if (++self->next == self->height) png_read_end(self->png, NULL);
  }
  return 1;
}

static void read_header(reader *self, gd_rows_info *info) {
  png_structp png = self->png;
  png_set_read_fn(png, self, on_read);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, self->info);

  int depth, color, interlace;
  png_get_IHDR(
      png, self->info, &info->width, &info->height, &depth, &color, &interlace, NULL, NULL);
  // Before libpng allocates its rows, of which it holds two with all their samples.
  uint64_t samples = color == PNG_COLOR_TYPE_PALETTE ? 3 : png_get_channels(png, self->info);
  if (info->width * samples * (depth == 16 ? 2 : 1) > self->limit) {
    gd_note(&self->report, gd_too_large, -1, "a single row is above the limit");
    longjmp(self->jump, 1);
  }
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_alpha(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (depth == 16) png_set_swap(png);
#endif
  self->interlaced = interlace != PNG_INTERLACE_NONE;
  if (self->interlaced) png_set_interlace_handling(png);
  png_read_update_info(png, self->info);

  self->height = info->height;
  self->row_bytes = png_get_rowbytes(png, self->info);
  info->channels = png_get_channels(png, self->info);
  info->bits = png_get_bit_depth(png, self->info);
  if (self->row_bytes > self->limit) {
    gd_note(&self->report, gd_too_large, -1, "a single row is above the limit");
    longjmp(self->jump, 1);
  }
  if (self->row_bytes != (size_t)info->width * info->channels * (info->bits / 8)) {
    gd_note(&self->report, gd_unsupported, -1, "an unknown arrangement of samples");
    longjmp(self->jump, 1);
  }

  png_uint_32 across, down;
  int unit;
  if (png_get_pHYs(png, self->info, &across, &down, &unit) && unit == PNG_RESOLUTION_METER) {
    info->pixels_per_meter[0] = across;
    info->pixels_per_meter[1] = down;
  }
  png_uint_32 length;
  png_bytep exif;
  if (png_get_eXIf_1(png, self->info, &length, &exif)) {
    info->exif = exif;
    info->exif_length = length;
  }
}

gd_rows *gd_rows_open_png(int fd, uint64_t limit, gd_rows_info *info, gd_report *report) {
  memset(info, 0, sizeof *info);
  reader *self = calloc(1, sizeof *self);
  if (!self) {
    gd_note(report, gd_too_large, -1, "no memory");
    return NULL;
  }
  self->rows.read = read_png;
  self->rows.close = close_png;
  self->source.fd = fd;
  self->limit = limit;
  if (setjmp(self->jump)) {
    *report = self->report;
    close_png(&self->rows);
    return NULL;
  }
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (!self->info) {
    gd_note(&self->report, gd_too_large, -1, "libpng could not start");
    longjmp(self->jump, 1);
  }
  read_header(self, info);
  return &self->rows;
}

const char *gd_png_version(void) { return png_get_libpng_ver(NULL); }
