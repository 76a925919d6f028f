// What the headers of NVTX 3 do in a program: two modules with tables of their own, each of which loads the injected
// library. For tests and for the cost of a range (try_nvtx COUNT: nanoseconds for a push and a pop).
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef void (*Function)(void);
typedef struct {
  uint16_t version, size;
  uint32_t category;
  int32_t color_type;
  uint32_t color;
  int32_t payload_type, reserved;
  uint64_t payload;
  int32_t message_type;
  const void* message;
} Attributes;
enum { kAscii = 1, kRegistered = 3 };

// A module: the slots of its core and core2 functions.
typedef struct {
  Function core[16], core2[16];
  Function* core_slots[16];
  Function* core2_slots[16];
} Module;
static Module modules[2];
static Module* asked;

static int functions_of(int module, Function*** slots, unsigned* count) {
  if (module != 1 && module != 5) return 0;
  *slots = module == 1 ? asked->core_slots : asked->core2_slots;
  *count = 16;
  return 1;
}
static const struct {
  size_t size;
  int (*functions_of)(int, Function***, unsigned*);
} callbacks = {sizeof callbacks, functions_of};
static const void* table_of(uint32_t id) {
  return id == 1 ? &callbacks : NULL;
}

static void initialise(Module* module) {
  const char* path = getenv("NVTX_INJECTION64_PATH");
  for (int i = 0; i < 16; ++i) {
    module->core_slots[i] = &module->core[i];
    module->core2_slots[i] = &module->core2[i];
  }
  void* library = path ? dlopen(path, RTLD_LAZY) : NULL;
  int (*initialise_injection)(const void* (*)(uint32_t)) =
      library ? (int (*)(const void* (*)(uint32_t)))dlsym(library, "InitializeInjectionNvtx2") : NULL;
  asked = module;
  if (initialise_injection) initialise_injection(table_of);
}

static void rest(long milliseconds) {
  const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void push(Module* module, const char* name) {
  if (module->core[9]) ((int (*)(const char*))module->core[9])(name);
}
static void pop(Module* module) {
  if (module->core[11]) ((int (*)(void))module->core[11])();
}
static Attributes attributes_of(int type, const void* message) {
  Attributes attributes = {3, sizeof attributes, 0, 0, 0, 0, 0, 0, type, message};
  return attributes;
}

static int cost(long count) {
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long i = 0; i < count; ++i) {
    push(&modules[0], "aten::mm");
    pop(&modules[0]);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%.1f\n", ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)count);
  return 0;
}

int main(int argc, char** argv) {
  initialise(&modules[0]);
  initialise(&modules[1]);
  if (argc > 1) return cost(atol(argv[1]));
  Module* first = &modules[0];
  Module* second = &modules[1];
  push(first, "epoch");
  rest(20);
  push(second, "forward");  // within the other module's range: one stack for both
  rest(30);
  push(first, "too short");
  pop(first);
  pop(second);
  pop(first);
  if (!second->core2[12]) return 0;  // nothing was injected
  void* domain = ((void* (*)(const char*))second->core2[12])("TSL");
  void* string = ((void* (*)(void*, const char*))second->core2[10])(domain, "registered");
  Attributes attributes = attributes_of(kRegistered, string);
  ((int (*)(void*, const Attributes*))second->core2[4])(domain, &attributes);
  rest(20);
  ((int (*)(void*))second->core2[5])(domain);
  attributes = attributes_of(kAscii, "started");
  const uint64_t id = ((uint64_t (*)(const Attributes*))first->core[4])(&attributes);
  rest(20);
  ((void (*)(void*, uint64_t))second->core2[3])(domain, id);  // by the other module
  attributes = attributes_of(kAscii, "never ended");
  ((uint64_t (*)(const Attributes*))first->core[4])(&attributes);
  push(first, "left open");
  rest(20);
  const pid_t child = fork();
  if (child == 0) return 0;  // what is open here is the parent's
  waitpid(child, NULL, 0);
  return 0;
}
