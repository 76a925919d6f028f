// A shared library that is loaded when a function of it is first called: most runs need neither HTTP nor archives, and what
// is not loaded costs no start-up time and no memory (docs/decisions/0009).
#pragma once

namespace gpubench::platform {

class LateLibrary {
 public:
  // `name` as the loader knows it, for example "libcurl.so.4"; must outlive this.
  explicit constexpr LateLibrary(const char* name) : name_(name) {}

  // The function of that name, or nullptr if there is no such library or function. Loads the library once; safe from any
  // thread.
  [[nodiscard]] void* find(const char* function) const;

  template <class Function>
  [[nodiscard]] Function* function(const char* name) const {
    return reinterpret_cast<Function*>(find(name));
  }

 private:
  const char* name_;
};

}  // namespace gpubench::platform
