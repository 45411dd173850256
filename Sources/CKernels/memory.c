#include "CKernels.h"

#ifdef __GLIBC__
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifdef __GLIBC__
// The heap grows by this much at once, address space that costs nothing until it is used, and asks for large pages.
static void reserve(void) {
  const size_t bytes = (size_t)1 << 30;
  char *block = malloc(bytes);
  if (!block) return;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const uintptr_t first = ((uintptr_t)block + page - 1) & ~(page - 1);
  const uintptr_t end = ((uintptr_t)block + bytes) & ~(page - 1);
  madvise((void *)first, end - first, MADV_HUGEPAGE);
  free(block);
}
#endif

void gd_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
  // Threads have no heaps of their own, which would give back what theirs leaves.
  mallopt(M_ARENA_MAX, 1);
  reserve();
#endif
}

void gd_give_back_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
  reserve();
#endif
}
