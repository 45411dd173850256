// What the readers and writers share.
#pragma once

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"

// A file read from its start through a buffer, by position, so that handles on one descriptor don't disturb another.
typedef struct {
  int fd;
  int failed;        // errno of a read that the system refused
  int64_t offset;    // of the byte behind the buffer
  size_t position, length;
  uint8_t bytes[65536];
} gd_source;

// Fills the empty buffer; 0 at the end of the file or when the system refuses.
int gd_source_fill(gd_source *source);
// Copies `count` bytes; 0 when there are not as many.
int gd_source_read(gd_source *source, void *target, size_t count);

// Bytes that go to a file, or into memory when fd is -1.
typedef struct {
  int fd;
  size_t length, capacity;
  uint8_t *bytes;
} gd_sink;

// 0 when the system refuses (errno says why).
int gd_sink_write(gd_sink *sink, const void *bytes, size_t count);
int gd_sink_flush(gd_sink *sink);

struct gd_rows {
  int (*read)(gd_rows *rows, void *row, gd_report *report);
  void (*close)(gd_rows *rows);
};

// Notes a failure with the library's words.
void gd_note(gd_report *report, gd_failure kind, int64_t offset, const char *message);
