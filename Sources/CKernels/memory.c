#include "CKernels.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

void gd_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void gd_give_back_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
