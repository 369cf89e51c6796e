// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_functions.hpp"

#include <array>

namespace infomax::exporters {
namespace {

constexpr std::string_view window_text = R"(struct @_window {
  size_t channels, height, width;
  size_t rows, columns;
  size_t kernel_height, kernel_width;
  size_t stride, pad_height, pad_width;
};
)";

constexpr CFunction copy{"copy", R"(/* y = x */
static inline void @_copy(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = x[i];
}
)"};

constexpr CFunction standardize{"standardize", R"(/* y = (x - shift) * scale, by column */
static inline void @_standardize(const float *x, size_t count, const double *shift, const double *scale,
                                 size_t columns, float *y) {
  size_t i, j;
  for (i = 0; i < count; i += columns) {
    for (j = 0; j < columns; ++j) y[i + j] = (float)((x[i + j] - shift[j]) * scale[j]);
  }
}
)"};

constexpr CFunction dense{"dense", R"(/* y = x W + b, with the weight [inputs, outputs] */
static inline void @_dense(const float *x, size_t inputs, const float *weight, const float *bias,
                           size_t outputs, float *y) {
  size_t i, j;
  for (j = 0; j < outputs; ++j) y[j] = bias[j];
  for (i = 0; i < inputs; ++i) {
    for (j = 0; j < outputs; ++j) y[j] += x[i] * weight[i * outputs + j];
  }
}
)"};

constexpr CFunction tanh{"tanh",
                         R"(static inline void @_tanh(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = tanhf(x[i]);
}
)"};

constexpr CFunction relu{"relu",
                         R"(static inline void @_relu(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = x[i] < 0.0F ? 0.0F : x[i];
}
)"};

constexpr CFunction sigmoid{
    "sigmoid", R"(static inline void @_sigmoid(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = 1.0F / (1.0F + expf(-x[i]));
}
)"};

constexpr CFunction gelu{"gelu", R"(/* x times the normal distribution function of x */
static inline void @_gelu(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = 0.5F * x[i] * erfcf(-0.70710678F * x[i]);
}
)"};

constexpr CFunction silu{"silu", R"(/* x / (1 + exp(-x)) */
static inline void @_silu(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = x[i] / (1.0F + expf(-x[i]));
}
)"};

constexpr CFunction softplus{"softplus", R"(/* ln(1 + exp(x)) */
static inline void @_softplus(const float *x, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = (x[i] > 0.0F ? x[i] : 0.0F) + log1pf(expf(-fabsf(x[i])));
}
)"};

constexpr CFunction softmax{"softmax", R"(/* exp(x) over its sum, of the channels of each place */
static inline void @_softmax(const float *x, size_t channels, size_t places, float *y) {
  size_t c, i;
  for (i = 0; i < places; ++i) {
    float most = x[i], sum = 0.0F;
    for (c = 1; c < channels; ++c) {
      if (x[c * places + i] > most) most = x[c * places + i];
    }
    for (c = 0; c < channels; ++c) {
      y[c * places + i] = expf(x[c * places + i] - most);
      sum += y[c * places + i];
    }
    for (c = 0; c < channels; ++c) y[c * places + i] /= sum;
  }
}
)"};

constexpr CFunction wave{"wave", R"(/* sqrt(2 / count) cos(x) */
static inline void @_wave(const float *x, size_t count, float *y) {
  const float amplitude = (float)sqrt(2.0 / (double)count);
  size_t i;
  for (i = 0; i < count; ++i) y[i] = amplitude * cosf(x[i]);
}
)"};

constexpr CFunction add{"add", R"(/* y = a + b */
static inline void @_add(const float *a, const float *b, size_t count, float *y) {
  size_t i;
  for (i = 0; i < count; ++i) y[i] = a[i] + b[i];
}
)"};

constexpr CFunction batchnorm{"batchnorm", R"(/* y = (x - mean) * factor + shift, by channel */
static inline void @_batchnorm(const float *x, size_t channels, size_t places, const float *mean,
                               const float *factor, const float *shift, float *y) {
  size_t c, i;
  for (c = 0; c < channels; ++c) {
    for (i = c * places; i < (c + 1) * places; ++i) y[i] = (x[i] - mean[c]) * factor[c] + shift[c];
  }
}
)"};

constexpr CFunction groupnorm{
    "groupnorm",
    R"(/* Each group of channels with mean 0 and variance 1, times scale and plus shift by channel. */
static inline void @_groupnorm(const float *x, size_t groups, size_t channels, size_t places,
                               const float *scale, const float *shift, float *y) {
  const size_t size = channels / groups * places;
  size_t g, i;
  for (g = 0; g < groups; ++g) {
    const size_t first = g * size;
    double mean = 0.0, variance = 0.0, inverse;
    for (i = first; i < first + size; ++i) mean += x[i];
    mean /= (double)size;
    for (i = first; i < first + size; ++i) variance += (x[i] - mean) * (x[i] - mean);
    inverse = 1.0 / sqrt(variance / (double)size + 1e-5);
    for (i = first; i < first + size; ++i) {
      y[i] = (float)((x[i] - mean) * inverse) * scale[i / places] + shift[i / places];
    }
  }
}
)"};

constexpr CFunction conv{
    "conv",
    R"(/* The weight is [outputs, channels / groups, kernel_height, kernel_width]; padding counts as 0. */
static inline void @_conv(const float *x, const struct @_window *w, const float *weight, const float *bias,
                          size_t groups, size_t outputs, float *y) {
  const size_t channels = w->channels / groups, plane = w->rows * w->columns;
  size_t o, c, ky, kx, oy, ox;
  for (o = 0; o < outputs; ++o) {
    const float *image = x + o / (outputs / groups) * channels * w->height * w->width;
    float *to = y + o * plane;
    for (ox = 0; ox < plane; ++ox) to[ox] = bias[o];
    for (c = 0; c < channels; ++c, image += w->height * w->width) {
      for (ky = 0; ky < w->kernel_height; ++ky) {
        for (kx = 0; kx < w->kernel_width; ++kx) {
          const float factor = *weight++;
          /* The positions whose place kx columns on lies within the image. */
          const size_t begin = kx < w->pad_width ? (w->pad_width - kx + w->stride - 1) / w->stride : 0;
          const size_t beyond = w->width + w->pad_width;
          size_t end = kx < beyond ? (beyond - kx + w->stride - 1) / w->stride : 0;
          if (end > w->columns) end = w->columns;
          for (oy = 0; oy < w->rows; ++oy) {
            const size_t iy = oy * w->stride + ky;
            const float *from;
            if (iy < w->pad_height || iy - w->pad_height >= w->height) continue;
            from = image + (iy - w->pad_height) * w->width;
            for (ox = begin; ox < end; ++ox) {
              to[oy * w->columns + ox] += factor * from[ox * w->stride + kx - w->pad_width];
            }
          }
        }
      }
    }
  }
}
)"};

constexpr CFunction maxpool{"maxpool", R"(/* The largest of the places that the window covers. */
static inline void @_maxpool(const float *x, const struct @_window *w, float *y) {
  size_t c, oy, ox, ky, kx;
  for (c = 0; c < w->channels; ++c, x += w->height * w->width) {
    for (oy = 0; oy < w->rows; ++oy) {
      for (ox = 0; ox < w->columns; ++ox) {
        float most = -HUGE_VALF;
        for (ky = 0; ky < w->kernel_height; ++ky) {
          for (kx = 0; kx < w->kernel_width; ++kx) {
            const size_t iy = oy * w->stride + ky, ix = ox * w->stride + kx;
            if (iy >= w->pad_height && iy - w->pad_height < w->height && ix >= w->pad_width &&
                ix - w->pad_width < w->width) {
              const float own = x[(iy - w->pad_height) * w->width + ix - w->pad_width];
              if (!(own <= most)) most = own;
            }
          }
        }
        *y++ = most;
      }
    }
  }
}
)"};

constexpr CFunction avgpool{
    "avgpool", R"(/* The mean of the places that the window covers; padding counts as 0. */
static inline void @_avgpool(const float *x, const struct @_window *w, float *y) {
  const float share = 1.0F / (float)(w->kernel_height * w->kernel_width);
  size_t c, oy, ox, ky, kx;
  for (c = 0; c < w->channels; ++c, x += w->height * w->width) {
    for (oy = 0; oy < w->rows; ++oy) {
      for (ox = 0; ox < w->columns; ++ox) {
        float sum = 0.0F;
        for (ky = 0; ky < w->kernel_height; ++ky) {
          for (kx = 0; kx < w->kernel_width; ++kx) {
            const size_t iy = oy * w->stride + ky, ix = ox * w->stride + kx;
            if (iy >= w->pad_height && iy - w->pad_height < w->height && ix >= w->pad_width &&
                ix - w->pad_width < w->width) {
              sum += x[(iy - w->pad_height) * w->width + ix - w->pad_width];
            }
          }
        }
        *y++ = share * sum;
      }
    }
  }
}
)"};

constexpr CFunction globalpool{"globalpool", R"(/* The mean of all places, by channel. */
static inline void @_globalpool(const float *x, size_t channels, size_t places, float *y) {
  size_t c, i;
  for (c = 0; c < channels; ++c) {
    double sum = 0.0;
    for (i = c * places; i < (c + 1) * places; ++i) sum += x[i];
    y[c] = (float)(sum / (double)places);
  }
}
)"};

constexpr std::array functions{copy,      standardize, dense,    tanh,    relu,    sigmoid,
                               gelu,      silu,        softplus, softmax, wave,    add,
                               batchnorm, groupnorm,   conv,     maxpool, avgpool, globalpool};

}  // namespace

std::span<const CFunction> c_functions() { return functions; }

std::string_view c_window_text() { return window_text; }

}  // namespace infomax::exporters
