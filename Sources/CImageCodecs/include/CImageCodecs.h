// libpng, libjpeg and libtiff behind functions that Swift can call: no longjmp and no variadic crosses this header.
//
// Every function that can fail returns 1 when it worked and 0 (or NULL) when it did not, and then says why in its
// `gd_report`. Nothing prints, and no state is global: each handle may be used on its own thread. File descriptors
// stay the caller's, and must outlive the handle.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  gd_ends_early = 1,  // the bytes end before the picture does
  gd_damaged,         // bytes that cannot be right
  gd_unsupported,     // right perhaps, but a kind that is not read
  gd_too_large,       // more memory than the limit
  gd_io,              // the operating system refused
} gd_failure;

typedef struct {
  gd_failure kind;
  int64_t offset;     // bytes of the file consumed when it happened, -1: not known
  char message[256];  // the library's words
} gd_report;

// The libraries' versions as they name them, for people to read.
const char *gd_png_version(void);
const char *gd_jpeg_version(void);
const char *gd_tiff_version(void);

// Pictures that are decoded row by row, from the top: PNG and JPEG.

typedef struct gd_rows gd_rows;

typedef struct {
  uint32_t width, height;
  uint32_t channels;               // of a delivered row: 1 or 3, interleaved
  uint32_t bits;                   // of a delivered sample: 8, or 16 in the machine's byte order
  double pixels_per_meter[2];      // across, down; 0: not told
  const uint8_t *exif;             // TIFF structure of the EXIF block, until the first row; NULL: none
  size_t exif_length;
} gd_rows_info;

// limit: bytes that may be held for pictures that cannot be decoded from the top (interlaced, progressive).
gd_rows *gd_rows_open_png(int fd, uint64_t limit, gd_rows_info *info, gd_report *report);
gd_rows *gd_rows_open_jpeg(int fd, uint64_t limit, gd_rows_info *info, gd_report *report);
// Delivers the next row: width × channels samples. The last one comes only when the file's end is sound too.
int gd_rows_read(gd_rows *rows, void *row, gd_report *report);
void gd_rows_close(gd_rows *rows);

// One directory of a TIFF or BigTIFF.

typedef struct gd_tiff gd_tiff;

typedef struct {
  uint32_t width, height;
  uint32_t samples, bits;           // a pixel's samples, a sample's bits
  uint32_t sample_format;           // 1: unsigned, 2: signed, 3: float
  uint32_t photometric;             // 0: min is white, 1: min is black, 2: RGB, 3: palette; JPEG's YCbCr comes as 2
  uint32_t compression;             // 1: none
  uint32_t orientation;             // 1: top left
  uint32_t fill_order;              // 1: the usual
  uint32_t predictor;               // 1: none, 2: differences along rows, 3: of floating-point bytes
  int planar;                       // 1: each sample has its own blocks
  int tiled, swapped;               // swapped: the file has the other byte order
  int codec;                        // 1: libtiff here can decode the compression
  uint32_t block_width, block_height;  // of a tile, or the width and rows of a strip
  int64_t block_bytes, row_bytes;   // of a whole decoded block, and of a picture row in a strip
  double resolution[2];             // across, down; 0: not told
  uint32_t resolution_unit;         // 1: none, 2: inch, 3: centimetre
  const char *description;          // NULL: none
  const uint16_t *palette[3];       // 2^bits entries each, NULL: none
} gd_tiff_info;

// directory: the offset of a directory in the file, 0: the first. Several handles on one descriptor may be used at once.
gd_tiff *gd_tiff_open(
    int fd, uint64_t limit, uint64_t directory, gd_tiff_info *info, gd_report *report);

typedef struct {
  uint64_t offset;         // of the directory; 0: the first
  uint32_t width, height;
  int reduced, tiled;      // reduced: it says that it is a smaller version
} gd_tiff_page;

// The directories of a file, the first one's children last; the handle serves for nothing else after. Returns how many.
int gd_tiff_pages(gd_tiff *tiff, gd_tiff_page *pages, int most);
// Where a block's stored bytes lie.
int gd_tiff_block_place(gd_tiff *tiff, uint32_t block, uint64_t *offset, uint64_t *length);
// Decodes one tile or strip: exactly `size` bytes, samples in the machine's byte order.
int gd_tiff_read_block(gd_tiff *tiff, uint32_t block, void *bytes, int64_t size, gd_report *report);
// Decodes one row of a stripped picture; rows of a strip must be asked for one after the other from its first.
int gd_tiff_read_row(gd_tiff *tiff, uint32_t row, uint32_t sample, void *bytes, gd_report *report);
void gd_tiff_close(gd_tiff *tiff);

// Deflated blocks, faster than one by one through a picture's decoder; one inflater serves one thread at a time.
typedef struct gd_inflater gd_inflater;
// NULL: no memory.
gd_inflater *gd_inflater_make(void);
void gd_inflater_free(gd_inflater *inflater);
// The `length` bytes at `offset` of a file, inflated to exactly `size`; 0 when they are not a whole zlib stream of that size.
int gd_inflater_read(gd_inflater *inflater, int fd, uint64_t offset, size_t length, void *bytes, size_t size);
// Each sample of a row of `count` becomes its sum with those before it of its channel, modulo 2^bits; bits: 8 or 16.
void gd_add_differences(void *bytes, size_t rows, size_t count, size_t channels, int bits);

// Writing.

// A file in a folder that has no name yet and vanishes with its last descriptor, however the process ends; -1 where the
// system has no such files.
int gd_open_unnamed(const char *folder);
// Gives it a name that is not taken; 0 when the system refuses (errno says why).
int gd_name_file(int fd, const char *path);

typedef struct gd_png_writer gd_png_writer;

// fd: where to, or -1 for memory. channels: 1 grey, 3 RGB, 4 RGBA. pixels_per_meter: 0 for none.
gd_png_writer *gd_png_create(
    int fd, uint32_t width, uint32_t height, int channels, int bits, double pixels_per_meter,
    gd_report *report);
int gd_png_write_row(gd_png_writer *writer, const void *row, gd_report *report);
int gd_png_finish(gd_png_writer *writer, gd_report *report);
// What was written to memory; it lives as long as the writer.
const uint8_t *gd_png_bytes(const gd_png_writer *writer, size_t *length);
void gd_png_discard(gd_png_writer *writer);

// Encodes interleaved 8-bit grey or RGB. `*bytes` is to be freed with `free`.
int gd_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
    uint8_t **bytes, size_t *length, gd_report *report);

// The most bytes that `count` bytes can deflate to.
size_t gd_deflate_bound(size_t count);
// Deflates to a zlib stream and returns its length; 0 where there is no memory.
size_t gd_deflate(const void *bytes, size_t count, int level, void *target, size_t capacity);
// Unfolds a raw deflate stream, which must give exactly `size` bytes.
int gd_inflate(const void *bytes, size_t count, void *target, size_t size);
// CRC-32 of more bytes, going on from the value so far; 0 to begin with.
uint32_t gd_crc32(uint32_t value, const void *bytes, size_t count);
