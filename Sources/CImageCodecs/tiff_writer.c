#include <tiffio.h>

#include "internal.h"

struct gd_tiff_writer {
  TIFF *tiff;
  gd_report report;
};

static int on_error(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  gd_tiff_writer *self = user;
  if (self->report.kind == 0) {
    char message[sizeof self->report.message];
    vsnprintf(message, sizeof message, format, arguments);
    gd_note(&self->report, gd_io, -1, message);
  }
  return 1;
}

static int on_warning(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)user;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

static int fail(gd_tiff_writer *self, gd_report *report) {
  *report = self->report;
  if (report->kind == 0) gd_note(report, gd_io, -1, "libtiff could not write");
  return 0;
}

gd_tiff_writer *gd_tiff_create(
    int fd, int big, uint32_t width, uint32_t height, int channels, int bits, uint32_t tile,
    double pixels_per_cm, gd_report *report) {
  gd_tiff_writer *self = calloc(1, sizeof *self);
  TIFFOpenOptions *options = self ? TIFFOpenOptionsAlloc() : NULL;
  if (!options) {
    free(self);
    gd_note(report, gd_too_large, -1, "no memory");
    return NULL;
  }
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, self);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, self);
  TIFF *tiff = self->tiff = TIFFFdOpenExt(fd, "", big ? "w8" : "w", options);
  TIFFOpenOptionsFree(options);
  if (!tiff) {
    fail(self, report);
    free(self);
    return NULL;
  }
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, channels == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
  if (pixels_per_cm > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, pixels_per_cm);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, pixels_per_cm);
  }
  if (self->report.kind) {
    fail(self, report);
    gd_tiff_discard(self);
    return NULL;
  }
  return self;
}

int gd_tiff_write_tile(
    gd_tiff_writer *self, uint32_t tile, void *bytes, int64_t size, gd_report *report) {
  return TIFFWriteEncodedTile(self->tiff, tile, bytes, size) == size ? 1 : fail(self, report);
}

int gd_tiff_finish(gd_tiff_writer *self, gd_report *report) {
  // Closing tells nobody of a full disk; flushing does.
  return TIFFFlush(self->tiff) == 1 && self->report.kind == 0 ? 1 : fail(self, report);
}

void gd_tiff_discard(gd_tiff_writer *self) {
  if (!self) return;
  TIFFCleanup(self->tiff);
  free(self);
}
