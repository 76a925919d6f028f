// What a function does with a Result that it cannot mend: it returns the error as its own.
#pragma once

#include <utility>

#include "base/result.h"

// GPUBENCH_TRY(result): returns the error of `result`, if it is one, from the function; its value is not kept.
#define GPUBENCH_TRY(...)                                                                               \
  do {                                                                                                  \
    if (auto tried = (__VA_ARGS__); !tried) return ::gpubench::base::failure(std::move(tried.error())); \
  } while (false)

// GPUBENCH_ASSIGN_OR_RETURN(target, result): assigns the value of `result` to `target`, or returns its error.
#define GPUBENCH_ASSIGN_OR_RETURN(target, ...)                              \
  do {                                                                      \
    auto tried = (__VA_ARGS__);                                             \
    if (!tried) return ::gpubench::base::failure(std::move(tried.error())); \
    (target) = *std::move(tried);                                           \
  } while (false)
