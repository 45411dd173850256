// The layers of a network that are no convolutions. Pictures are (rows, columns, channels), channels fastest; `bf16` says
// that the elements are bfloat16, else they are float. Every function works on the rows that it is given and no others, and
// rounds to the nearest bfloat16, ties to even. Activations: 0 none, 1 (leaky) ReLU with `slope`, 2 sigmoid, 3 tanh.
#pragma once
#include <stddef.h>
#include <stdint.h>

// target = (type) source, count elements, between float and bfloat16.
void gd_to_bf16(const float *source, uint16_t *target, ptrdiff_t count);
void gd_from_bf16(const uint16_t *source, float *target, ptrdiff_t count);

// target[pixel][channel] = activation(source + bias[channel]); bias may be NULL; in place is allowed.
void gd_activate(int bf16, const void *source, const float *bias, void *target, ptrdiff_t pixels, ptrdiff_t channels,
                 int activation, float slope);

// gradient *= activation'(…), told from the activation's output.
void gd_activation_gradient(int bf16, const void *output, void *gradient, ptrdiff_t count, int activation,
                            float slope);

// target = target + source, count elements.
void gd_add(int bf16, const void *source, void *target, ptrdiff_t count);

// target = source * scale[channel] + shift[channel]; shift may be NULL.
void gd_scale_channels(int bf16, const void *source, const float *scale, const float *shift, void *target,
                       ptrdiff_t pixels, ptrdiff_t channels);

// sums[channel] += gradient; products[channel] += gradient * input, in double.
void gd_channel_sums(int bf16, const void *gradient, const void *input, double *sums, double *products,
                     ptrdiff_t pixels, ptrdiff_t channels);

// Copies `channels` of each pixel between pictures of source_channels and target_channels a pixel; the pointers say where
// the first of them lies.
void gd_copy_channels(int bf16, const void *source, ptrdiff_t source_channels, void *target, ptrdiff_t target_channels,
                      ptrdiff_t pixels, ptrdiff_t channels);

// One row of the output of a pooling of size × size pixels without padding. source: the first of its rows.
void gd_pool_row(int bf16, int average, const void *source, ptrdiff_t width, ptrdiff_t channels, void *target,
                 ptrdiff_t target_width, ptrdiff_t size, ptrdiff_t stride);

// Adds one output row's gradient to the gradient of its input rows; the maximum's goes to its first place.
void gd_pool_row_gradient(int bf16, int average, const void *source, const void *gradient, void *source_gradient,
                          ptrdiff_t width, ptrdiff_t channels, ptrdiff_t target_width, ptrdiff_t size,
                          ptrdiff_t stride);

// One output row of a nearest upsampling, and one input row's gradient from the `factor` rows it became.
void gd_repeat_row(int bf16, const void *source, ptrdiff_t width, ptrdiff_t channels, void *target, ptrdiff_t factor);
void gd_repeat_row_gradient(int bf16, const void *gradient, ptrdiff_t width, ptrdiff_t channels, void *target,
                            ptrdiff_t factor);

// One output row of a bilinear upsampling whose sample lies between rows `upper` and `lower`, at `share` of the way.
void gd_bilinear_row(int bf16, const void *upper, const void *lower, float share, ptrdiff_t width, ptrdiff_t channels,
                     void *target, ptrdiff_t factor);
void gd_bilinear_row_gradient(int bf16, const void *gradient, float share, ptrdiff_t width, ptrdiff_t channels,
                              float *upper, float *lower, ptrdiff_t factor);

// Pixel shuffle in PyTorch's order of channels: a row of (width, channels * factor * factor) and `factor` rows of
// (width * factor, channels) are the same numbers. rows: the first of the latter.
void gd_shuffle_rows(int bf16, const void *deep, void *rows, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t factor);
void gd_unshuffle_rows(int bf16, const void *rows, void *deep, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t factor);

// Relevance, in float. target = one over z held away from 0 by `epsilon`, times `factor`; `outputs` 1 or -1 leaves 0 where
// `output` is not above 0, or not below. In place of z is allowed.
void gd_relevance_inverse(const float *z, const float *output, float *target, ptrdiff_t count, int outputs, float factor,
                          float epsilon);

// target = a * b; tells whether any of it is not 0. In place is allowed.
int gd_multiply(const float *a, const float *b, float *target, ptrdiff_t count);

// Of shares (pixels, channels): the only channel any of which is not 0; -1 where there are several or none.
ptrdiff_t gd_only_channel(const float *shares, ptrdiff_t pixels, ptrdiff_t channels);

// A square convolution's stride and padding, and the pictures that it joins.
typedef struct {
  ptrdiff_t in_height, in_width, in_channels, out_height, out_width, out_channels, kernel, stride, padding;
} gd_square_convolution;

// The way back through a convolution of what one channel of its output has. weights: (kernel, kernel, count) of that
// channel, which belong to `count` channels of the input from `first` on; the others become 0.
void gd_convolution_back_of_channel(gd_square_convolution shape, const float *shares, ptrdiff_t channel,
                                    const float *weights, ptrdiff_t first, ptrdiff_t count, float *target);

// Spreads relevance evenly over the inputs within each output's reach, group by group. one_over: of how many inputs each
// output pixel is made, one over it. rows: room for out_width floats, sums: for out_height * out_width.
void gd_flat_relevance(gd_square_convolution shape, ptrdiff_t groups, const float *relevance, const float *one_over,
                       float *target, float *sums, float *row);

// A part of each value: 0 the whole, 1 what is above 0, 2 what is below 0, 3 a constant instead.
void gd_part(const float *source, float *target, ptrdiff_t count, int part, float constant);

// target = (a part of source) * share, or is added that; `share` may be the target.
void gd_multiply_part(const float *source, const float *share, float *target, ptrdiff_t count, int part,
                      float constant, int add);

// Leaves only the channels whose entry in `kept` is not 0.
void gd_keep_channels(const float *source, const float *kept, float *target, ptrdiff_t pixels, ptrdiff_t channels);
