#define _GNU_SOURCE
#include "CDNNL.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t owned_desc;
typedef const_dnnl_memory_desc_t borrowed_desc;
#define BORROW(desc) (desc)
#else
typedef dnnl_memory_desc_t owned_desc;
typedef const dnnl_memory_desc_t *borrowed_desc;
#define BORROW(desc) (&(desc))
#endif

struct gd_convolution {
  gd_convolution_shape shape;
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t primitive;
  dnnl_primitive_t reorder;  // of plain weights to its own order, or of their gradient back
  borrowed_desc src, weights, bias, dst, scratch;
  owned_desc plain;  // of the weights
  // The prepared weights; made once, for making a memory object writes zeros into its padding, which other threads read.
  dnnl_memory_t prepared;
  void *prepared_at;
};

#define TRY(call)                              \
  do {                                         \
    dnnl_status_t status_ = (call);            \
    if (status_ != dnnl_success) return (int)status_; \
  } while (0)

static dnnl_engine_t engine;
static int engine_status = (int)dnnl_success;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;
static void (*set_threads)(int);

// oneDNN 2.6.3 now and then makes a wrong primitive when several threads make some at once.
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static void make_engine(void) {
  engine_status = (int)dnnl_engine_create(&engine, dnnl_cpu, 0);
  set_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

// What one thread needs: its stream and scratch memory. They live as long as the thread.
typedef struct {
  dnnl_stream_t stream;
  void *scratch;
  size_t scratch_bytes;
} thread_state;

static pthread_key_t state_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void free_state(void *pointer) {
  thread_state *state = pointer;
  if (state->stream) dnnl_stream_destroy(state->stream);
  free(state->scratch);
  free(state);
}

static void make_key(void) { pthread_key_create(&state_key, free_state); }

static int thread_setup(thread_state **result) {
  pthread_once(&engine_once, make_engine);
  pthread_once(&key_once, make_key);
  if (engine_status != (int)dnnl_success) return engine_status;
  thread_state *state = pthread_getspecific(state_key);
  if (!state) {
    state = calloc(1, sizeof *state);
    if (!state) return (int)dnnl_out_of_memory;
    pthread_setspecific(state_key, state);
    // oneDNN's own threads are OpenMP's; one keeps every sum in one order.
    if (set_threads) set_threads(1);
    TRY(dnnl_stream_create(&state->stream, engine, dnnl_stream_default_flags));
  }
  *result = state;
  return 0;
}

static int describe(owned_desc *result, int dimensions, const dnnl_dims_t dims, int bf16, dnnl_format_tag_t tag) {
  dnnl_data_type_t type = bf16 ? dnnl_bf16 : dnnl_f32;
#if DNNL_VERSION_MAJOR >= 3
  return (int)dnnl_memory_desc_create_with_tag(result, dimensions, dims, type, tag);
#else
  return (int)dnnl_memory_desc_init_by_tag(result, dimensions, dims, type, tag);
#endif
}

static void undescribe(owned_desc *desc) {
#if DNNL_VERSION_MAJOR >= 3
  if (*desc) dnnl_memory_desc_destroy(*desc);
  *desc = NULL;
#else
  (void)desc;
#endif
}

static int make_attributes(const gd_convolution_shape *shape, dnnl_primitive_attr_t *result) {
  TRY(dnnl_primitive_attr_create(result));
  TRY(dnnl_primitive_attr_set_scratchpad_mode(*result, dnnl_scratchpad_mode_user));
  if (shape->direction != gd_forward || (!shape->accumulate && !shape->fused)) return 0;
  dnnl_post_ops_t operations;
  TRY(dnnl_post_ops_create(&operations));
  dnnl_alg_kind_t kind = shape->fused == gd_fused_sigmoid ? dnnl_eltwise_logistic
                         : shape->fused == gd_fused_tanh  ? dnnl_eltwise_tanh
                                                          : dnnl_eltwise_relu;
  dnnl_status_t status = dnnl_success;
#if DNNL_VERSION_MAJOR >= 3
  if (shape->accumulate) status = dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
  if (status == dnnl_success && shape->fused)
    status = dnnl_post_ops_append_eltwise(operations, kind, shape->slope, 0);
#else
  if (shape->accumulate) status = dnnl_post_ops_append_sum(operations, 1);
  if (status == dnnl_success && shape->fused)
    status = dnnl_post_ops_append_eltwise(operations, 1, kind, shape->slope, 0);
#endif
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*result, operations);
  dnnl_post_ops_destroy(operations);
  return (int)status;
}

typedef struct {
  owned_desc src, weights, bias, dst;
  owned_desc forward_weights;  // those of the forward pass that a backward one is asked to match
  dnnl_dims_t strides, dilates, low, high;
} problem;

// oneDNN 2.6.3's bfloat16 loop for 1 × 1 kernels reads the neighbouring pixel's gradient where channels are odd in number.
static int is_wrong(const gd_convolution *c) {
  return c->shape.direction == gd_backward_data && c->shape.out_channels % 2 == 1 &&
         strstr(gd_convolution_implementation(c), "jit_bf16_1x1") != NULL;
}

static int make_desc(gd_convolution *c, problem *p, dnnl_primitive_attr_t attributes) {
  const gd_convolution_shape *shape = &c->shape;
  const dnnl_alg_kind_t direct = dnnl_convolution_direct;
  borrowed_desc bias = shape->has_bias ? BORROW(p->bias) : NULL;
#if DNNL_VERSION_MAJOR >= 3
  if (shape->direction == gd_forward)
    return (int)dnnl_convolution_forward_primitive_desc_create(&c->desc, engine, dnnl_forward_inference, direct, p->src,
                                                               p->weights, bias, p->dst, p->strides, p->dilates, p->low,
                                                               p->high, attributes);
  dnnl_primitive_desc_t hint;
  TRY(dnnl_convolution_forward_primitive_desc_create(&hint, engine, dnnl_forward_training, direct, p->src,
                                                     p->forward_weights, NULL, p->dst, p->strides, p->dilates, p->low, p->high, NULL));
  dnnl_status_t status =
      shape->direction == gd_backward_data
          ? dnnl_convolution_backward_data_primitive_desc_create(&c->desc, engine, direct, p->src, p->weights, p->dst,
                                                                 p->strides, p->dilates, p->low, p->high, hint,
                                                                 attributes)
          : dnnl_convolution_backward_weights_primitive_desc_create(&c->desc, engine, direct, p->src, p->weights, bias,
                                                                    p->dst, p->strides, p->dilates, p->low, p->high,
                                                                    hint, attributes);
  while (status == dnnl_success && is_wrong(c)) status = dnnl_primitive_desc_next_impl(c->desc);
#else
  dnnl_convolution_desc_t operation;
  if (shape->direction == gd_forward) {
    TRY(dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference, direct, &p->src, &p->weights, bias,
                                           &p->dst, p->strides, p->low, p->high));
    return (int)dnnl_primitive_desc_create(&c->desc, &operation, attributes, engine, NULL);
  }
  dnnl_primitive_desc_t hint;
  TRY(dnnl_convolution_forward_desc_init(&operation, dnnl_forward_training, direct, &p->src, &p->forward_weights, NULL,
                                         &p->dst, p->strides, p->low, p->high));
  TRY(dnnl_primitive_desc_create(&hint, &operation, NULL, engine, NULL));
  dnnl_status_t status =
      shape->direction == gd_backward_data
          ? dnnl_convolution_backward_data_desc_init(&operation, direct, &p->src, &p->weights, &p->dst, p->strides,
                                                     p->low, p->high)
          : dnnl_convolution_backward_weights_desc_init(&operation, direct, &p->src, &p->weights, bias, &p->dst,
                                                        p->strides, p->low, p->high);
  dnnl_primitive_desc_iterator_t choices = NULL;
  if (status == dnnl_success)
    status = dnnl_primitive_desc_iterator_create(&choices, &operation, attributes, engine, hint);
  while (status == dnnl_success) {
    c->desc = dnnl_primitive_desc_iterator_fetch(choices);
    if (!c->desc) status = dnnl_out_of_memory;
    if (!c->desc || !is_wrong(c)) break;
    dnnl_primitive_desc_destroy(c->desc);
    c->desc = NULL;
    status = dnnl_primitive_desc_iterator_next(choices);
  }
  if (choices) dnnl_primitive_desc_iterator_destroy(choices);
#endif
  dnnl_primitive_desc_destroy(hint);
  return (int)status;
}

static borrowed_desc query(const gd_convolution *c, dnnl_query_t what, int index) {
  return dnnl_primitive_desc_query_md(c->desc, what, index);
}

static int build(gd_convolution *c, problem *p) {
  const gd_convolution_shape *s = &c->shape;
  const int backward_weights = s->direction == gd_backward_weights;
  const dnnl_dims_t src = {1, s->in_channels, s->in_height, s->in_width};
  const dnnl_dims_t dst = {1, s->out_channels, s->out_height, s->out_width};
  const dnnl_dims_t bias = {s->out_channels};
  const dnnl_dims_t whole = {s->out_channels, s->in_channels, s->kernel_height, s->kernel_width};
  const dnnl_dims_t grouped = {s->groups, s->out_channels / s->groups, s->in_channels / s->groups, s->kernel_height,
                               s->kernel_width};
  const int grouping = s->groups > 1, dimensions = grouping ? 5 : 4;
  const dnnl_dim_t *weights = grouping ? grouped : whole;
  TRY(describe(&p->src, 4, src, s->bf16, dnnl_nhwc));
  TRY(describe(&p->dst, 4, dst, s->bf16 && !s->dst_float, dnnl_nhwc));
  TRY(describe(&p->bias, 1, bias, 0, dnnl_x));
  TRY(describe(&p->weights, dimensions, weights, s->bf16 && !backward_weights, dnnl_format_tag_any));
  TRY(describe(&p->forward_weights, dimensions, weights, s->bf16, dnnl_format_tag_any));
  TRY(describe(&c->plain, dimensions, weights, 0, grouping ? dnnl_goihw : dnnl_oihw));
  p->strides[0] = s->stride_height, p->strides[1] = s->stride_width;
  p->low[0] = s->pad_top, p->low[1] = s->pad_left;
  p->high[0] = s->pad_bottom, p->high[1] = s->pad_right;
  dnnl_primitive_attr_t attributes = NULL;
  int status = make_attributes(s, &attributes);
  if (!status) status = make_desc(c, p, attributes);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (status) return status;
  TRY(dnnl_primitive_create(&c->primitive, c->desc));
  const int data = s->direction == gd_backward_data;
  c->src = query(c, data ? dnnl_query_diff_src_md : dnnl_query_src_md, 0);
  c->weights = query(c, backward_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
  c->bias = s->has_bias ? query(c, backward_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 1) : NULL;
  c->dst = query(c, s->direction == gd_forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md, 0);
  c->scratch = query(c, dnnl_query_scratchpad_md, 0);
  // Making it takes longer than running it, and a training runs it at each step.
  borrowed_desc from = backward_weights ? c->weights : BORROW(c->plain);
  borrowed_desc to = backward_weights ? BORROW(c->plain) : c->weights;
  dnnl_primitive_desc_t desc;
  TRY(dnnl_reorder_primitive_desc_create(&desc, from, engine, to, engine, NULL));
  status = (int)dnnl_primitive_create(&c->reorder, desc);
  dnnl_primitive_desc_destroy(desc);
  return status;
}

int gd_convolution_create(const gd_convolution_shape *shape, gd_convolution **result) {
  thread_state *state;
  int status = thread_setup(&state);
  if (status) return status;
  gd_convolution *c = calloc(1, sizeof *c);
  if (!c) return (int)dnnl_out_of_memory;
  c->shape = *shape;
  problem p;
  memset(&p, 0, sizeof p);
  pthread_mutex_lock(&making);
  status = build(c, &p);
  pthread_mutex_unlock(&making);
  undescribe(&p.src);
  undescribe(&p.weights);
  undescribe(&p.forward_weights);
  undescribe(&p.bias);
  undescribe(&p.dst);
  if (status) {
    gd_convolution_destroy(c);
    return status;
  }
  *result = c;
  return 0;
}

void gd_convolution_destroy(gd_convolution *c) {
  if (c->prepared) dnnl_memory_destroy(c->prepared);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->reorder) dnnl_primitive_destroy(c->reorder);
  if (c->desc) dnnl_primitive_desc_destroy(c->desc);
  undescribe(&c->plain);
  free(c);
}

size_t gd_convolution_weight_bytes(const gd_convolution *c) { return dnnl_memory_desc_get_size(c->weights); }

static int reorder(const gd_convolution *c, borrowed_desc from, void *source, borrowed_desc to, void *target) {
  thread_state *state;
  int status = thread_setup(&state);
  if (status) return status;
  dnnl_memory_t in = NULL, out = NULL;
  dnnl_status_t s = dnnl_memory_create(&in, from, engine, source);
  if (s == dnnl_success) s = dnnl_memory_create(&out, to, engine, target);
  if (s == dnnl_success) {
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, in}, {DNNL_ARG_TO, out}};
    s = dnnl_primitive_execute(c->reorder, state->stream, 2, arguments);
  }
  if (s == dnnl_success) s = dnnl_stream_wait(state->stream);
  if (in) dnnl_memory_destroy(in);
  if (out) dnnl_memory_destroy(out);
  return (int)s;
}

int gd_convolution_prepare(gd_convolution *c, const float *plain, void *prepared) {
  const int status = reorder(c, BORROW(c->plain), (void *)plain, c->weights, prepared);
  if (status || c->prepared_at == prepared) return status;
  if (c->prepared) dnnl_memory_destroy(c->prepared);
  c->prepared_at = NULL, c->prepared = NULL;
  TRY(dnnl_memory_create(&c->prepared, c->weights, engine, prepared));
  c->prepared_at = prepared;
  return 0;
}

int gd_convolution_read_gradient(const gd_convolution *c, const void *prepared, float *plain) {
  return reorder(c, c->weights, (void *)prepared, BORROW(c->plain), plain);
}

int gd_convolution_run(const gd_convolution *c, void *input, void *weights, float *bias, void *output) {
  thread_state *state;
  int status = thread_setup(&state);
  if (status) return status;
  const size_t scratch_bytes = dnnl_memory_desc_get_size(c->scratch);
  if (scratch_bytes > state->scratch_bytes) {
    free(state->scratch);
    state->scratch_bytes = 0;
    state->scratch = aligned_alloc(64, (scratch_bytes + 63) / 64 * 64);
    if (!state->scratch) return (int)dnnl_out_of_memory;
    state->scratch_bytes = scratch_bytes;
  }
  const int data = c->shape.direction == gd_backward_data, gradient = c->shape.direction == gd_backward_weights;
  const struct {
    borrowed_desc desc;
    void *memory;
    int argument;
  } parts[] = {
      {c->src, input, data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC},
      {c->weights, weights, gradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS},
      {c->dst, output, c->shape.direction == gd_forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST},
      {c->scratch, state->scratch, DNNL_ARG_SCRATCHPAD},
      {c->bias, bias, gradient ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS},
  };
  dnnl_exec_arg_t arguments[5];
  int count = 0;
  dnnl_status_t s = dnnl_success;
  for (int i = 0; i < 5 && s == dnnl_success; i++) {
    if (!parts[i].desc || !parts[i].memory) continue;
    arguments[count].arg = parts[i].argument;
    if (parts[i].memory == c->prepared_at) {
      arguments[count++].memory = c->prepared;
      continue;
    }
    s = dnnl_memory_create(&arguments[count].memory, parts[i].desc, engine, parts[i].memory);
    if (s == dnnl_success) count++;
  }
  if (s == dnnl_success) s = dnnl_primitive_execute(c->primitive, state->stream, count, arguments);
  if (s == dnnl_success) s = dnnl_stream_wait(state->stream);
  for (int i = 0; i < count; i++)
    if (arguments[i].memory != c->prepared) dnnl_memory_destroy(arguments[i].memory);
  return (int)s;
}

const char *gd_convolution_implementation(const gd_convolution *c) {
  const char *name = "";
  dnnl_primitive_desc_query(c->desc, dnnl_query_impl_info_str, 0, &name);
  return name;
}

int gd_bf16_supported(void) {
  gd_convolution_shape shape = {.bf16 = 1, .in_height = 8, .in_width = 8, .in_channels = 16, .out_height = 8,
                                .out_width = 8, .out_channels = 16, .groups = 1, .kernel_height = 1, .kernel_width = 1,
                                .stride_height = 1, .stride_width = 1};
  gd_convolution *c;
  if (gd_convolution_create(&shape, &c)) return 0;
  const int fast = strstr(gd_convolution_implementation(c), "bf16") != NULL ||
                   strstr(gd_convolution_implementation(c), "amx") != NULL;
  gd_convolution_destroy(c);
  return fast;
}

int gd_dnnl_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}
