#include <errno.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include "internal.h"

struct gd_tiff {
  TIFF *tiff;
  // Each handle has its own place in the file, so that several can be used on one descriptor at once.
  int fd;
  toff_t position;
  int warned;
  gd_report report;
};

static void put(gd_tiff *self, const char *format, va_list arguments) {
  char message[sizeof self->report.message];
  vsnprintf(message, sizeof message, format, arguments);
  // The handle has no name, so that libtiff's "name: what is wrong" begins with the colon.
  gd_note(&self->report, gd_damaged, -1, strncmp(message, ": ", 2) == 0 ? message + 2 : message);
}

// The first error is the cause, later ones its consequences.
static int on_error(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  gd_tiff *self = user;
  if (self->report.kind == 0) put(self, format, arguments);
  return 1;
}

// While a directory is read warnings tell of odd tags; while pixels are, of pixels that were made up.
static int on_warning(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  gd_tiff *self = user;
  if (!self->warned) {
    self->warned = 1;
    if (self->report.kind == 0) {
      put(self, format, arguments);
      self->report.kind = 0;
    }
  }
  return 1;
}

static void begin(gd_tiff *self) {
  self->warned = 0;
  memset(&self->report, 0, sizeof self->report);
}

static int fail(gd_tiff *self, gd_report *report) {
  *report = self->report;
  int limited = strstr(report->message, "limit defined in open options") != NULL;
  report->kind = limited ? gd_too_large : gd_damaged;
  report->offset = -1;
  if (!report->message[0]) gd_note(report, gd_damaged, -1, "the data cannot be decoded");
  return 0;
}

static tmsize_t on_read(thandle_t user, void *target, tmsize_t size) {
  gd_tiff *self = user;
  tmsize_t done = 0;
  while (done < size) {
    ssize_t count =
        pread(self->fd, (char *)target + done, (size_t)(size - done), (off_t)self->position);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += count;
    self->position += (toff_t)count;
  }
  return done;
}

static tmsize_t on_write(thandle_t user, void *bytes, tmsize_t size) {
  (void)user;
  (void)bytes;
  (void)size;
  return -1;
}

static toff_t on_size(thandle_t user) {
  gd_tiff *self = user;
  struct stat status;
  return fstat(self->fd, &status) == 0 ? (toff_t)status.st_size : 0;
}

static toff_t on_seek(thandle_t user, toff_t offset, int whence) {
  gd_tiff *self = user;
  if (whence == SEEK_CUR) offset += self->position;
  if (whence == SEEK_END) offset += on_size(user);
  self->position = offset;
  return offset;
}

static int on_close(thandle_t user) {
  (void)user;
  return 0;
}

static void describe(TIFF *tiff, gd_tiff_info *info) {
  uint16_t samples, bits, format, photometric = 0, compression, planar, orientation, unit, order;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric)) {
    photometric = samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  if (photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    photometric = PHOTOMETRIC_RGB;
  }
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &info->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &info->height);
  info->samples = samples;
  info->bits = bits;
  info->sample_format = format;
  info->photometric = photometric;
  info->compression = compression;
  info->planar = planar == PLANARCONFIG_SEPARATE && samples > 1;
  info->orientation = orientation;
  info->fill_order = order;
  uint16_t predictor = 1;
  // Only codecs that know of predictors have the tag.
  if (TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor)) info->predictor = predictor;
  info->resolution_unit = unit;
  info->swapped = TIFFIsByteSwapped(tiff);
  info->codec = TIFFIsCODECConfigured(compression);
  info->tiled = TIFFIsTiled(tiff);
  if (info->tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &info->block_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &info->block_height);
    info->block_bytes = TIFFTileSize64(tiff) > INT64_MAX ? 0 : (int64_t)TIFFTileSize64(tiff);
    info->row_bytes = TIFFTileRowSize(tiff);
  } else {
    uint32_t rows = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    info->block_width = info->width;
    info->block_height = rows < info->height ? rows : info->height;
    info->block_bytes = (int64_t)TIFFVStripSize64(tiff, info->block_height);
    info->row_bytes = TIFFScanlineSize(tiff);
  }
  float across = 0, down = 0;
  if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &across) &&
      TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &down)) {
    info->resolution[0] = across;
    info->resolution[1] = down;
  }
  char *description = NULL;
  if (TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &description)) info->description = description;
  uint16_t *red, *green, *blue;
  if (photometric == PHOTOMETRIC_PALETTE &&
      TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) {
    info->palette[0] = red;
    info->palette[1] = green;
    info->palette[2] = blue;
  }
}

gd_tiff *gd_tiff_open(
    int fd, uint64_t limit, uint64_t directory, gd_tiff_info *info, gd_report *report) {
  memset(info, 0, sizeof *info);
  gd_tiff *self = calloc(1, sizeof *self);
  TIFFOpenOptions *options = self ? TIFFOpenOptionsAlloc() : NULL;
  if (!options) {
    free(self);
    gd_note(report, gd_too_large, -1, "no memory");
    return NULL;
  }
  self->fd = fd;
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, self);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, self);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, limit > INT64_MAX ? INT64_MAX : (tmsize_t)limit);
  // m: no memory map, since a file cut while it is mapped ends the process.
  self->tiff = TIFFClientOpenExt(
      "", "rm", self, on_read, on_write, on_seek, on_close, on_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  if (!self->tiff) {
    fail(self, report);
    free(self);
    return NULL;
  }
  if (directory && !TIFFSetSubDirectory(self->tiff, directory)) {
    fail(self, report);
    gd_tiff_close(self);
    return NULL;
  }
  begin(self);
  describe(self->tiff, info);
  return self;
}

int gd_tiff_pages(gd_tiff *self, gd_tiff_page *pages, int most) {
  begin(self);
  TIFF *tiff = self->tiff;
  int count = 0;
  uint16_t children = 0;
  toff_t *offsets = NULL;
  // The list lives only as long as its directory is the current one.
  toff_t kept[64];
  if (TIFFGetField(tiff, TIFFTAG_SUBIFD, &children, &offsets)) {
    if (children > 64) children = 64;
    memcpy(kept, offsets, children * sizeof *kept);
  } else {
    children = 0;
  }
  for (int chained = 1; count < most; count++) {
    int found;
    if (count == 0) {
      found = 1;
    } else if (chained && TIFFReadDirectory(tiff)) {
      found = 1;
    } else {
      chained = 0;
      found = children > 0 && TIFFSetSubDirectory(tiff, kept[--children]);
      if (!found && children > 0) {
        count--;
        continue;
      }
    }
    if (!found) break;
    gd_tiff_page *page = &pages[count];
    memset(page, 0, sizeof *page);
    page->offset = count == 0 ? 0 : TIFFCurrentDirOffset(tiff);
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page->width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page->height);
    uint32_t kind = 0;
    TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &kind);
    page->reduced = (kind & FILETYPE_REDUCEDIMAGE) != 0;
    page->tiled = TIFFIsTiled(tiff);
  }
  return count;
}

int gd_tiff_block_place(gd_tiff *self, uint32_t block, uint64_t *offset, uint64_t *length) {
  begin(self);
  int bad_offset = 0, bad_length = 0;
  *offset = TIFFGetStrileOffsetWithErr(self->tiff, block, &bad_offset);
  *length = TIFFGetStrileByteCountWithErr(self->tiff, block, &bad_length);
  return !bad_offset && !bad_length && self->report.kind == 0;
}

int gd_tiff_read_block(
    gd_tiff *self, uint32_t block, void *bytes, int64_t size, gd_report *report) {
  begin(self);
  tmsize_t got = TIFFIsTiled(self->tiff) ? TIFFReadEncodedTile(self->tiff, block, bytes, size)
                                         : TIFFReadEncodedStrip(self->tiff, block, bytes, size);
  return got == size && self->report.kind == 0 && !self->warned ? 1 : fail(self, report);
}

int gd_tiff_read_row(gd_tiff *self, uint32_t row, uint32_t sample, void *bytes, gd_report *report) {
  begin(self);
  int done = TIFFReadScanline(self->tiff, bytes, row, (uint16_t)sample) == 1;
  return done && self->report.kind == 0 && !self->warned ? 1 : fail(self, report);
}

void gd_tiff_close(gd_tiff *self) {
  if (!self) return;
  TIFFCleanup(self->tiff);
  free(self);
}

const char *gd_tiff_version(void) { return TIFFGetVersion(); }
