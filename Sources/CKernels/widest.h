// A function marked so is compiled for several generations of processors; the widest that runs is chosen at start.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDEST
#endif
