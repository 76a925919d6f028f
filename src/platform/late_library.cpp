#include "platform/late_library.h"

#include <dlfcn.h>

namespace gpubench::platform {

void* LateLibrary::find(const char* function) const {
  // Never closed: libcurl's and OpenSSL's threads and exit handlers may outlive whoever asked. The loader counts and locks.
  void* const library = dlopen(name_, RTLD_NOW | RTLD_LOCAL);
  return library == nullptr ? nullptr : dlsym(library, function);
}

}  // namespace gpubench::platform
