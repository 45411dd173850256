#include <errno.h>
#include <png.h>

#include "internal.h"

struct gd_png_writer {
  png_structp png;
  png_infop info;
  jmp_buf jump;
  gd_report report;
  gd_sink sink;
};

static void on_error(png_structp png, png_const_charp message) {
  gd_png_writer *writer = png_get_error_ptr(png);
  if (writer->report.kind == 0) gd_note(&writer->report, gd_io, -1, message);
  longjmp(writer->jump, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
  gd_png_writer *writer = png_get_io_ptr(png);
  if (gd_sink_write(&writer->sink, bytes, count)) return;
  gd_note(&writer->report, gd_io, -1, strerror(errno));
  png_error(png, "not written");
}

static void on_flush(png_structp png) { (void)png; }

gd_png_writer *gd_png_create(
    int fd, uint32_t width, uint32_t height, int channels, int bits, double pixels_per_meter,
    gd_report *report) {
  gd_png_writer *self = calloc(1, sizeof *self);
  if (!self) {
    gd_note(report, gd_too_large, -1, "no memory");
    return NULL;
  }
  self->sink.fd = fd;
  if (setjmp(self->jump)) {
    *report = self->report;
    gd_png_discard(self);
    return NULL;
  }
  self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (!self->info) {
    gd_note(&self->report, gd_too_large, -1, "libpng could not start");
    longjmp(self->jump, 1);
  }
  png_set_user_limits(self->png, 0x7fffffff, 0x7fffffff);
  png_set_write_fn(self->png, self, on_write, on_flush);
  int color = channels == 1   ? PNG_COLOR_TYPE_GRAY
              : channels == 3 ? PNG_COLOR_TYPE_RGB
                              : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_IHDR(
      self->png, self->info, width, height, bits, color, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (pixels_per_meter >= 0.5 && pixels_per_meter < 2147483647.0) {
    png_uint_32 density = (png_uint_32)(pixels_per_meter + 0.5);
    png_set_pHYs(self->png, self->info, density, density, PNG_RESOLUTION_METER);
  }
  png_write_info(self->png, self->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bits == 16) png_set_swap(self->png);
#endif
  return self;
}

int gd_png_write_row(gd_png_writer *self, const void *row, gd_report *report) {
  if (setjmp(self->jump)) {
    *report = self->report;
    return 0;
  }
  png_write_row(self->png, row);
  return 1;
}

int gd_png_finish(gd_png_writer *self, gd_report *report) {
  if (setjmp(self->jump)) {
    *report = self->report;
    return 0;
  }
  png_write_end(self->png, NULL);
  if (!gd_sink_flush(&self->sink)) {
    gd_note(report, gd_io, -1, strerror(errno));
    return 0;
  }
  return 1;
}

const uint8_t *gd_png_bytes(const gd_png_writer *self, size_t *length) {
  *length = self->sink.length;
  return self->sink.bytes;
}

void gd_png_discard(gd_png_writer *self) {
  if (!self) return;
  if (self->png) png_destroy_write_struct(&self->png, self->info ? &self->info : NULL);
  free(self->sink.bytes);
  free(self);
}
