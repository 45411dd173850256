#include <errno.h>
#include <unistd.h>

#include "internal.h"

int gd_source_fill(gd_source *source) {
  ssize_t count;
  do {
    count = pread(source->fd, source->bytes, sizeof source->bytes, source->offset);
  } while (count < 0 && errno == EINTR);
  source->position = source->length = 0;
  if (count < 0) source->failed = errno;
  if (count <= 0) return 0;
  source->length = (size_t)count;
  source->offset += count;
  return 1;
}

int gd_source_read(gd_source *source, void *target, size_t count) {
  uint8_t *to = target;
  while (count > 0) {
    if (source->position == source->length && !gd_source_fill(source)) return 0;
    size_t step = source->length - source->position;
    if (step > count) step = count;
    memcpy(to, source->bytes + source->position, step);
    source->position += step;
    to += step;
    count -= step;
  }
  return 1;
}

int gd_sink_flush(gd_sink *sink) {
  if (sink->fd < 0) return 1;
  size_t done = 0;
  while (done < sink->length) {
    ssize_t count = write(sink->fd, sink->bytes + done, sink->length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return 0;
    done += (size_t)count;
  }
  sink->length = 0;
  return 1;
}

int gd_sink_write(gd_sink *sink, const void *bytes, size_t count) {
  if (sink->fd >= 0 && sink->length + count > 65536 && !gd_sink_flush(sink)) return 0;
  if (sink->length + count > sink->capacity) {
    size_t capacity = sink->capacity * 2;
    if (capacity < sink->length + count) capacity = sink->length + count;
    if (capacity < 65536) capacity = 65536;
    uint8_t *grown = realloc(sink->bytes, capacity);
    if (!grown) {
      errno = ENOMEM;
      return 0;
    }
    sink->bytes = grown;
    sink->capacity = capacity;
  }
  memcpy(sink->bytes + sink->length, bytes, count);
  sink->length += count;
  return 1;
}

void gd_note(gd_report *report, gd_failure kind, int64_t offset, const char *message) {
  report->kind = kind;
  report->offset = offset;
  snprintf(report->message, sizeof report->message, "%s", message);
}

int gd_rows_read(gd_rows *rows, void *row, gd_report *report) {
  return rows->read(rows, row, report);
}

void gd_rows_close(gd_rows *rows) {
  if (rows) rows->close(rows);
}
