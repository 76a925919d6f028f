// The functions of libcurl that this program calls, each handing on to the library that is loaded at the first of them. The
// program is linked with these in place of libcurl and its two dozen libraries. ready_curl() comes first and finds out
// whether there is one.
#include <curl/curl.h>

#include <cstdarg>

#include "platform/late_library.h"

namespace {

constexpr gpubench::platform::LateLibrary kCurl("libcurl.so.4");  // its name since 2006 (7.16)

}  // namespace

#define REAL_CURL(name) static auto* const real = kCurl.function<decltype(name)>(#name)

// The libraries' headers name some parameters otherwise, or not at all.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

CURLcode curl_global_init(long flags) {
  REAL_CURL(curl_global_init);
  return real == nullptr ? CURLE_FAILED_INIT : real(flags);
}

CURL* curl_easy_init() {
  REAL_CURL(curl_easy_init);
  return real();
}

void curl_easy_cleanup(CURL* handle) {
  REAL_CURL(curl_easy_cleanup);
  real(handle);
}

void curl_easy_reset(CURL* handle) {
  REAL_CURL(curl_easy_reset);
  real(handle);
}

CURLcode curl_easy_perform(CURL* handle) {
  REAL_CURL(curl_easy_perform);
  return real(handle);
}

// libcurl's options are longs, pointers and curl_off_t: each the size of a pointer on the 64-bit systems that GPUs run in,
// and handed over the same way.
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));

CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
  REAL_CURL(curl_easy_setopt);
  std::va_list arguments;
  va_start(arguments, option);
  void* const value = va_arg(arguments, void*);
  va_end(arguments);
  return real(handle, option, value);
}

CURLcode curl_easy_getinfo(CURL* handle, CURLINFO info, ...) {
  REAL_CURL(curl_easy_getinfo);
  std::va_list arguments;
  va_start(arguments, info);
  void* const place = va_arg(arguments, void*);
  va_end(arguments);
  return real(handle, info, place);
}

const char* curl_easy_strerror(CURLcode code) {
  REAL_CURL(curl_easy_strerror);
  return real == nullptr ? "the library libcurl.so.4 cannot be loaded" : real(code);
}

void curl_free(void* memory) {
  REAL_CURL(curl_free);
  real(memory);
}

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  REAL_CURL(curl_slist_append);
  return real(list, text);
}

void curl_slist_free_all(curl_slist* list) {
  REAL_CURL(curl_slist_free_all);
  real(list);
}

CURLU* curl_url() {
  REAL_CURL(curl_url);
  return real();
}

void curl_url_cleanup(CURLU* url) {
  REAL_CURL(curl_url_cleanup);
  real(url);
}

CURLUcode curl_url_get(CURLU* url, CURLUPart part, char** text, unsigned int flags) {
  REAL_CURL(curl_url_get);
  return real(url, part, text, flags);
}

CURLUcode curl_url_set(CURLU* url, CURLUPart part, const char* text, unsigned int flags) {
  REAL_CURL(curl_url_set);
  return real(url, part, text, flags);
}

CURLM* curl_multi_init() {
  REAL_CURL(curl_multi_init);
  return real();
}

CURLMcode curl_multi_cleanup(CURLM* multi) {
  REAL_CURL(curl_multi_cleanup);
  return real(multi);
}

CURLMcode curl_multi_add_handle(CURLM* multi, CURL* handle) {
  REAL_CURL(curl_multi_add_handle);
  return real(multi, handle);
}

CURLMcode curl_multi_remove_handle(CURLM* multi, CURL* handle) {
  REAL_CURL(curl_multi_remove_handle);
  return real(multi, handle);
}

CURLMcode curl_multi_perform(CURLM* multi, int* running) {
  REAL_CURL(curl_multi_perform);
  return real(multi, running);
}

CURLMcode curl_multi_poll(CURLM* multi, curl_waitfd* more, unsigned int count, int timeout_ms, int* ready) {
  REAL_CURL(curl_multi_poll);
  return real(multi, more, count, timeout_ms, ready);
}

CURLMsg* curl_multi_info_read(CURLM* multi, int* left) {
  REAL_CURL(curl_multi_info_read);
  return real(multi, left);
}

const char* curl_multi_strerror(CURLMcode code) {
  REAL_CURL(curl_multi_strerror);
  return real(code);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
