// Convolutions of oneDNN, 2.x or 3.x, behind one small interface.
// Pictures are (height, width, channels), channels fastest, one picture at a time; weights come in and go out as PyTorch
// stores them, (groups * out / groups, in / groups, height, width) floats. Everything runs on the calling thread alone, so
// that a result does not depend on how many threads there are. Functions return 0, or a dnnl_status_t that says why not.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum gd_direction { gd_forward = 0, gd_backward_data = 1, gd_backward_weights = 2 };
enum gd_fused { gd_fused_none = 0, gd_fused_relu = 1, gd_fused_sigmoid = 2, gd_fused_tanh = 3 };

typedef struct {
  int32_t direction;
  int32_t bf16;        // pictures in bfloat16; weights, bias and their gradients stay float
  int32_t dst_float;   // forward only: the output is float in spite of bf16
  int32_t in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t groups, kernel_height, kernel_width, stride_height, stride_width;
  int32_t pad_top, pad_left, pad_bottom, pad_right;
  int32_t has_bias;    // forward: adds it; backward by weights: also gives its gradient
  int32_t accumulate;  // forward only: adds to what the output holds, before the activation
  int32_t fused;       // forward only: gd_fused
  float slope;         // of gd_fused_relu below 0
} gd_convolution_shape;

typedef struct gd_convolution gd_convolution;

int gd_convolution_create(const gd_convolution_shape *shape, gd_convolution **result);
void gd_convolution_destroy(gd_convolution *convolution);

// Bytes of the weights, or of their gradient, as this convolution wants them, and the size of the scratch memory.
size_t gd_convolution_weight_bytes(const gd_convolution *convolution);

// Plain weights to this convolution's order (forward, backward by data), and the gradient back to plain floats.
int gd_convolution_prepare(gd_convolution *convolution, const float *plain, void *prepared);
int gd_convolution_read_gradient(const gd_convolution *convolution, const void *prepared, float *plain);

// forward:             input, weights, bias -> output
// backward by data:    output is the gradient given, input the one computed
// backward by weights: input and the gradient `output` -> weights, bias
int gd_convolution_run(const gd_convolution *convolution, void *input, void *weights, float *bias, void *output);

// The name of the inner loop that was chosen, for benchmarks.
const char *gd_convolution_implementation(const gd_convolution *convolution);

// Whether bfloat16 convolutions can run, and whether the machine has instructions for them.
int gd_bf16_supported(void);
// The version of oneDNN as major * 10000 + minor * 100 + patch.
int gd_dnnl_version(void);
