// For O_TMPFILE.
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "internal.h"

#ifdef O_TMPFILE

static void descriptor_path(int fd, char *path, size_t size) {
  snprintf(path, size, "/proc/self/fd/%d", fd);
}

int gd_open_unnamed(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  char path[64];
  descriptor_path(fd, path, sizeof path);
  // It could not be named later.
  if (fd >= 0 && access(path, F_OK) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int gd_name_file(int fd, const char *name) {
  char path[64];
  descriptor_path(fd, path, sizeof path);
  return linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

#else

int gd_open_unnamed(const char *folder) {
  (void)folder;
  return -1;
}

int gd_name_file(int fd, const char *name) {
  (void)fd;
  (void)name;
  return 0;
}

#endif
