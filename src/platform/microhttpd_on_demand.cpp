// The functions of libmicrohttpd that HttpServer calls, each handing on to the library that is loaded at the first of them
// (see late_library.h). The daemon is started first, and nothing else is called where that fails.
#include <microhttpd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include "platform/late_library.h"

namespace {

constexpr gpubench::platform::LateLibrary kMicrohttpd("libmicrohttpd.so.12");  // its name since 2015 (0.9.38)

}  // namespace

#define REAL_MHD(name) static auto* const real = kMicrohttpd.function<decltype(name)>(#name)

// The libraries' headers name some parameters otherwise, or not at all.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

// Called with its options as one array.
MHD_Daemon* MHD_start_daemon(unsigned int flags, std::uint16_t port, MHD_AcceptPolicyCallback accept, void* accept_for,
                             MHD_AccessHandlerCallback answer, void* answer_for, ...) {
  REAL_MHD(MHD_start_daemon);
  if (real == nullptr) {
    errno = ELIBACC;
    return nullptr;
  }
  std::va_list arguments;
  va_start(arguments, answer_for);
  static_cast<void>(va_arg(arguments, int));
  void* const options = va_arg(arguments, void*);
  va_end(arguments);
  return real(flags, port, accept, accept_for, answer, answer_for, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

void MHD_stop_daemon(MHD_Daemon* daemon) {
  REAL_MHD(MHD_stop_daemon);
  real(daemon);
}

MHD_Response* MHD_create_response_from_buffer(size_t size, void* text, MHD_ResponseMemoryMode mode) {
  REAL_MHD(MHD_create_response_from_buffer);
  return real(size, text, mode);
}

MHD_Result MHD_add_response_header(MHD_Response* response, const char* name, const char* value) {
  REAL_MHD(MHD_add_response_header);
  return real(response, name, value);
}

MHD_Result MHD_queue_response(MHD_Connection* connection, unsigned int status, MHD_Response* response) {
  REAL_MHD(MHD_queue_response);
  return real(connection, status, response);
}

void MHD_destroy_response(MHD_Response* response) {
  REAL_MHD(MHD_destroy_response);
  real(response);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
