#include "internal.h"

#include <jpeglib.h>

typedef struct {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jmp_buf jump;
  gd_report *report;
  unsigned char *bytes;
  unsigned long length;
} writer;

static void on_error(j_common_ptr common) {
  writer *self = common->client_data;
  char message[JMSG_LENGTH_MAX];
  common->err->format_message(common, message);
  gd_note(self->report, gd_io, -1, message);
  longjmp(self->jump, 1);
}

static void on_output(j_common_ptr common) { (void)common; }

int gd_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
    uint8_t **bytes, size_t *length, gd_report *report) {
  writer *self = calloc(1, sizeof *self);
  if (!self) {
    gd_note(report, gd_too_large, -1, "no memory");
    return 0;
  }
  self->report = report;
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->jpeg.client_data = self;
  self->errors.error_exit = on_error;
  self->errors.output_message = on_output;
  if (setjmp(self->jump)) {
    jpeg_destroy_compress(&self->jpeg);
    free(self->bytes);
    free(self);
    return 0;
  }
  jpeg_create_compress(&self->jpeg);
  jpeg_mem_dest(&self->jpeg, &self->bytes, &self->length);
  self->jpeg.image_width = width;
  self->jpeg.image_height = height;
  self->jpeg.input_components = channels;
  self->jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&self->jpeg);
  jpeg_set_quality(&self->jpeg, quality, TRUE);
  jpeg_start_compress(&self->jpeg, TRUE);
  while (self->jpeg.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)self->jpeg.next_scanline * width * (size_t)channels);
    jpeg_write_scanlines(&self->jpeg, &row, 1);
  }
  jpeg_finish_compress(&self->jpeg);
  *bytes = self->bytes;
  *length = self->length;
  jpeg_destroy_compress(&self->jpeg);
  free(self);
  return 1;
}
