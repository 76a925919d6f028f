// LD_PRELOAD: a disk whose writes are taken and whose syncs fail from the moment that the file $FAILING_FSYNC exists.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace {

bool fails() {
  const char* file = std::getenv("FAILING_FSYNC");
  const int before = errno;
  const bool there = file != nullptr && access(file, F_OK) == 0;
  errno = there ? EIO : before;
  return there;
}

int real(const char* name, int file) {
  return reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" {
int fsync(int file) {
  return fails() ? -1 : real("fsync", file);
}
int fdatasync(int file) {
  return fails() ? -1 : real("fdatasync", file);
}
}
