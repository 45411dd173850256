#include "internal.h"

#include <jpeglib.h>
#include <jerror.h>

// Scans of a progressive picture; a file with thousands of them keeps a reader busy for hours.
static const int most_scans = 200;

typedef struct {
  gd_rows rows;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr manager;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  gd_report report;
  int started;
  gd_source source;
} reader;

static int64_t consumed(const reader *reader) {
  return reader->source.offset - (int64_t)reader->manager.bytes_in_buffer;
}

static _Noreturn void stop(reader *self, gd_failure kind, const char *message) {
  gd_note(&self->report, kind, consumed(self), message);
  longjmp(self->jump, 1);
}

static void on_error(j_common_ptr common) {
  reader *self = common->client_data;
  char message[JMSG_LENGTH_MAX];
  common->err->format_message(common, message);
  int code = common->err->msg_code;
  gd_failure kind = gd_damaged;
  if (code == JERR_OUT_OF_MEMORY) kind = gd_too_large;
  if (code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
      code == JERR_CONVERSION_NOTIMPL) {
    kind = gd_unsupported;
  }
  if (code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY) kind = gd_ends_early;
  stop(self, kind, message);
}

// libjpeg goes on after a warning with rows it made up; none of those may be taken for the photograph.
static void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;
  int code = common->err->msg_code;
  if (code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR || code == JWRN_BOGUS_ICC) return;
  on_error(common);
}

static void on_output(j_common_ptr common) { (void)common; }

static void on_progress(j_common_ptr common) {
  j_decompress_ptr jpeg = (j_decompress_ptr)common;
  if (jpeg->input_scan_number <= most_scans) return;
  stop(common->client_data, gd_too_large, "too many scans");
}

static void on_start(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean on_fill(j_decompress_ptr jpeg) {
  reader *self = jpeg->client_data;
  self->manager.bytes_in_buffer = 0;
  if (!gd_source_fill(&self->source)) {
    if (self->source.failed) stop(self, gd_io, strerror(self->source.failed));
    stop(self, gd_ends_early, "the file ends");
  }
  self->manager.next_input_byte = self->source.bytes;
  self->manager.bytes_in_buffer = self->source.length;
  return TRUE;
}

static void on_skip(j_decompress_ptr jpeg, long count) {
  reader *self = jpeg->client_data;
  if (count <= 0) return;
  size_t buffered = self->manager.bytes_in_buffer;
  if ((size_t)count <= buffered) {
    self->manager.next_input_byte += count;
    self->manager.bytes_in_buffer -= (size_t)count;
  } else {
    self->source.offset += count - (long)buffered;
    self->manager.bytes_in_buffer = 0;
  }
}

static void close_jpeg(gd_rows *rows) {
  reader *self = (reader *)rows;
  jpeg_destroy_decompress(&self->jpeg);
  free(self);
}

// A picture of several scans that stops after some of them, but says so properly, is only a coarse or partial one.
static void check_complete(reader *self) {
  j_decompress_ptr jpeg = &self->jpeg;
  if (!jpeg_has_multiple_scans(jpeg)) return;
  for (int component = 0; component < jpeg->num_components; component++) {
    if (!jpeg->comp_info[component].quant_table) {
      stop(self, gd_ends_early, "a component has no scan");
    }
    if (!jpeg->progressive_mode || !jpeg->coef_bits) continue;
    for (int coefficient = 0; coefficient < DCTSIZE2; coefficient++) {
      if (jpeg->coef_bits[component][coefficient] != 0) {
        stop(self, gd_ends_early, "the last progressive scans are missing");
      }
    }
  }
}

static int read_jpeg(gd_rows *rows, void *row, gd_report *report) {
  reader *self = (reader *)rows;
  if (setjmp(self->jump)) {
    *report = self->report;
    return 0;
  }
  if (!self->started) {
    jpeg_start_decompress(&self->jpeg);
    self->started = 1;
    check_complete(self);
  }
  JSAMPROW target = row;
  jpeg_read_scanlines(&self->jpeg, &target, 1);
  if (self->jpeg.output_scanline == self->jpeg.output_height) jpeg_finish_decompress(&self->jpeg);
  return 1;
}

// Pictures of several scans are held whole, as coefficients.
static void check_memory(reader *self, uint64_t limit) {
  j_decompress_ptr jpeg = &self->jpeg;
  if (!jpeg_has_multiple_scans(jpeg)) return;
  uint64_t bytes = 0;
  for (int index = 0; index < jpeg->num_components; index++) {
    jpeg_component_info *component = &jpeg->comp_info[index];
    bytes += (uint64_t)component->width_in_blocks * component->height_in_blocks * sizeof(JBLOCK);
  }
  if (bytes > limit) stop(self, gd_too_large, "a picture of several scans must be held whole");
}

static void read_header(reader *self, uint64_t limit, gd_rows_info *info) {
  j_decompress_ptr jpeg = &self->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg->client_data = self;
  self->manager.init_source = on_start;
  self->manager.fill_input_buffer = on_fill;
  self->manager.skip_input_data = on_skip;
  self->manager.resync_to_restart = jpeg_resync_to_restart;
  self->manager.term_source = on_start;
  jpeg->src = &self->manager;
  self->progress.progress_monitor = on_progress;
  jpeg->progress = &self->progress;
  jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(jpeg, TRUE);
  check_memory(self, limit);

  info->width = jpeg->image_width;
  info->height = jpeg->image_height;
  info->bits = 8;
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
      info->channels = 1;
      jpeg->out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_YCbCr:
    case JCS_RGB:
      info->channels = 3;
      jpeg->out_color_space = JCS_RGB;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      stop(self, gd_unsupported, "a CMYK picture; grey and RGB are read");
    default:
      stop(self, gd_unsupported, "an unknown colour space; grey and RGB are read");
  }
  if (jpeg->saw_JFIF_marker && (jpeg->density_unit == 1 || jpeg->density_unit == 2)) {
    double meter = jpeg->density_unit == 1 ? 1 / 0.0254 : 100;
    info->pixels_per_meter[0] = jpeg->X_density * meter;
    info->pixels_per_meter[1] = jpeg->Y_density * meter;
  }
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
    if (marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0 && !info->exif) {
      info->exif = marker->data + 6;
      info->exif_length = marker->data_length - 6;
    }
  }
}

gd_rows *gd_rows_open_jpeg(int fd, uint64_t limit, gd_rows_info *info, gd_report *report) {
  memset(info, 0, sizeof *info);
  reader *self = calloc(1, sizeof *self);
  if (!self) {
    gd_note(report, gd_too_large, -1, "no memory");
    return NULL;
  }
  self->rows.read = read_jpeg;
  self->rows.close = close_jpeg;
  self->source.fd = fd;
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->jpeg.client_data = self;
  self->errors.error_exit = on_error;
  self->errors.emit_message = on_message;
  self->errors.output_message = on_output;
  if (setjmp(self->jump)) {
    *report = self->report;
    close_jpeg(&self->rows);
    return NULL;
  }
  read_header(self, limit, info);
  return &self->rows;
}

#define GD_TEXT_OF(x) #x
#define GD_TEXT(x) GD_TEXT_OF(x)

// The library has no function that tells; these are its headers' numbers.
const char *gd_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION
  return "turbo " GD_TEXT(LIBJPEG_TURBO_VERSION);
#else
  return GD_TEXT(JPEG_LIB_VERSION);
#endif
}
