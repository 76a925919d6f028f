// A library that a program with NVTX loads by itself (NVTX_INJECTION64_PATH): its ranges become marks of phases.
//
// Each module of the program with the NVTX headers in it calls InitializeInjectionNvtx2 once, with its own tables of
// function pointers; they all reach the functions here. What is kept of a range is decided here, so that a program with a
// hundred thousand ranges a second is not slowed: at least 10 ms long, and among the three outermost of its thread and
// domain, or named by IRIS_GPUBENCH_NVTX (a domain's name, or a regular expression of ranges' names). A range is one line
// when it ends (docs/formats.md, "Marks"). How many were too short is one more line at the end of the program.
//
// The binary interface is that of NVTX 3 (Apache-2.0 with LLVM exception), declared again. Only functions of libc that are
// older than glibc 2.17 are used, so that it loads in any image: no threads library, no memcpy.
#include <fcntl.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum {
  kLevels = 16,  // of ranges within each other whose names are kept
  kUnasked = 3,  // of them those that need not be named by the filter
  kNameSize = 96,
  kDomains = 8,  // of a thread
  kThreads = 4096,
  kStarted = 1024,  // ranges with a start and an end at any place
  kLine = 256,
};
static const int64_t kShortest = 10 * 1000000;  // nanoseconds

// ---- The interface
// ----------------------------------------------------------------------------------------------------------

enum { kTableOfCallbacks = 1, kModuleCore = 1, kModuleCore2 = 5 };
enum { kMessageAscii = 1, kMessageRegistered = 3 };
typedef void (*Function)(void);
typedef struct {
  size_t size;
  int (*functions_of)(int module, Function*** slots, unsigned* count);
} Callbacks;
typedef struct {
  uint16_t version;
  uint16_t size;
  uint32_t category;
  int32_t color_type;
  uint32_t color;
  int32_t payload_type;
  int32_t reserved;
  uint64_t payload;
  int32_t message_type;
  const void* message;
} Attributes;  // 48 bytes; the message type at 32, the message at 40
typedef struct Domain {
  char name[kNameSize];
} Domain;
typedef struct {
  char text[kNameSize];
} String;

// ---- State
// ------------------------------------------------------------------------------------------------------------------

typedef struct {
  int64_t start;
  char name[kNameSize];
} Range;
typedef struct {
  const Domain* domain;
  int depth;
  Range ranges[kLevels];
} Stack;
typedef struct {
  long thread;
  unsigned long short_ranges;
  Stack* stacks[kDomains];
} Thread;

static int file = -1;
static int has_filter, is_domain_only;
static const char* filter;
static regex_t pattern;
static int levels = kUnasked;
static __thread Thread* own_thread __attribute__((tls_model("initial-exec")));
static Thread* threads[kThreads];
static int thread_count;
static struct {
  uint64_t id;
  Range range;
} started[kStarted];
static uint64_t next_id;
static int written_by;  // process
static int opened_by;   // likewise; a child made by fork() has the counts of its parent

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// Printable, at most kNameSize with its end.
static void copy_name(char* to, const char* from) {
  int i = 0;
  for (; from && from[i] && i < kNameSize - 1; ++i) to[i] = (unsigned char)from[i] < ' ' ? ' ' : from[i];
  to[i] = 0;
}

static int same(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}

// ---- Writing
// ----------------------------------------------------------------------------------------------------------------

static void put(const char* line, int size) {
  if (file >= 0 && size > 0 && write(file, line, (size_t)(size < kLine ? size : kLine - 1)) < 0) file = -1;
}

static void first_line(int process) {
  char line[kLine], boot[40] = "-", space[32] = "";
  struct timespec wall;
  unsigned long inode = 0;
  FILE* source = fopen("/proc/sys/kernel/random/boot_id", "r");
  ssize_t size = readlink("/proc/self/ns/time", space, sizeof space - 1);  // "time:[4026531834]"
  if (source) {
    if (!fgets(boot, sizeof boot, source)) boot[0] = 0;
    fclose(source);
    for (char* c = boot; *c; ++c)
      if (*c == '\n') *c = 0;
    if (!boot[0]) boot[0] = '-', boot[1] = 0;
  }
  for (ssize_t i = 6; i < size && space[i] >= '0' && space[i] <= '9'; ++i)
    inode = inode * 10 + (unsigned long)(space[i] - '0');
  clock_gettime(CLOCK_REALTIME, &wall);
  put(line, snprintf(line, sizeof line, "h %lld %d %lld %s %lu\n", (long long)now(), process,
                     (long long)wall.tv_sec * 1000000 + wall.tv_nsec / 1000, boot, inode));
}

static int is_wanted(const Domain* domain, const char* name, int level) {
  if (!has_filter) return level < kUnasked;
  if (domain && same(domain->name, filter)) return 1;
  return !is_domain_only && regexec(&pattern, name, 0, NULL, 0) == 0;
}

static void write_range(const Range* range, int64_t end, const char* thread) {
  char line[kLine];
  const int process = getpid();
  if (written_by != process) {
    written_by = process;
    first_line(process);
  }
  int size = snprintf(line, sizeof line, "x %lld:%lld nvtx:%d/%s %s\n", (long long)range->start, (long long)end, process,
                      thread, range->name[0] ? range->name : "(no name)");
  put(line, size);
}

static void write_of_thread(const Range* range, int64_t end, long thread) {
  char name[24];
  snprintf(name, sizeof name, "%ld", thread);
  write_range(range, end, name);
}

// ---- Ranges of a thread
// -----------------------------------------------------------------------------------------------------

static Thread* make_thread(void) {
  const int number = __atomic_fetch_add(&thread_count, 1, __ATOMIC_RELAXED);
  if (number >= kThreads) return NULL;
  Thread* thread = calloc(1, sizeof *thread);
  if (!thread) return NULL;
  thread->thread = syscall(SYS_gettid);
  __atomic_store_n(&threads[number], thread, __ATOMIC_RELEASE);
  return own_thread = thread;
}

static Stack* stack_of(const Domain* domain) {
  Thread* thread = own_thread ? own_thread : make_thread();
  if (!thread) return NULL;
  for (int i = 0; i < kDomains; ++i) {
    if (!thread->stacks[i]) {
      thread->stacks[i] = calloc(1, sizeof(Stack));
      if (thread->stacks[i]) thread->stacks[i]->domain = domain;
      return thread->stacks[i];
    }
    if (thread->stacks[i]->domain == domain) return thread->stacks[i];
  }
  return NULL;
}

static int push(const Domain* domain, const char* name) {
  Stack* stack = stack_of(domain);
  if (!stack) return -1;
  const int level = stack->depth++;
  if (level < levels) {
    copy_name(stack->ranges[level].name, name);
    stack->ranges[level].start = now();
  }
  return level;
}

static int pop(const Domain* domain) {
  Stack* stack = stack_of(domain);
  if (!stack || stack->depth == 0) return -1;
  const int level = --stack->depth;
  if (level >= levels) return level;
  const Range* range = &stack->ranges[level];
  const int64_t end = now();
  if (end - range->start < kShortest)
    ++own_thread->short_ranges;
  else if (is_wanted(domain, range->name, level))
    write_of_thread(range, end, own_thread->thread);
  return level;
}

// ---- Ranges with a start and an end
// -------------------------------------------------------------------------------------------

// Ids are unique over all modules, and say where the range is kept.
static uint64_t start(const Domain* domain, const char* name) {
  const uint64_t id = __atomic_add_fetch(&next_id, 1, __ATOMIC_RELAXED);
  const uint64_t place = id % kStarted;
  uint64_t free_place = 0;
  if (!is_wanted(domain, name ? name : "", 0)) return id;
  // UINT64_MAX while it is filled in; a place that is taken drops this range.
  if (!__atomic_compare_exchange_n(&started[place].id, &free_place, UINT64_MAX, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return id;
  copy_name(started[place].range.name, name);
  started[place].range.start = now();
  __atomic_store_n(&started[place].id, id, __ATOMIC_RELEASE);
  return id;
}

static void end(uint64_t id) {
  const uint64_t place = id % kStarted;
  if (id == 0 || __atomic_load_n(&started[place].id, __ATOMIC_ACQUIRE) != id) return;
  const Range range = started[place].range;
  const int64_t time = now();
  __atomic_store_n(&started[place].id, 0, __ATOMIC_RELEASE);
  if (time - range.start >= kShortest) write_range(&range, time, "ranges");
}

// ---- The functions that the program calls
// ---------------------------------------------------------------------------------------

static const char* message_of(const Attributes* attributes) {
  if (!attributes || attributes->size < 48) return "";
  if (attributes->message_type == kMessageAscii) return attributes->message;
  if (attributes->message_type == kMessageRegistered && attributes->message)
    return ((const String*)attributes->message)->text;
  return "";
}

static int push_ascii(const char* name) {
  return push(NULL, name);
}
static int push_attributes(const Attributes* attributes) {
  return push(NULL, message_of(attributes));
}
static int pop_default(void) {
  return pop(NULL);
}
static uint64_t start_ascii(const char* name) {
  return start(NULL, name);
}
static uint64_t start_attributes(const Attributes* attributes) {
  return start(NULL, message_of(attributes));
}
static void end_default(uint64_t id) {
  end(id);
}

static int domain_push(Domain* domain, const Attributes* attributes) {
  return push(domain, message_of(attributes));
}
static int domain_pop(Domain* domain) {
  return pop(domain);
}
static uint64_t domain_start(Domain* domain, const Attributes* attributes) {
  return start(domain, message_of(attributes));
}
static void domain_end(Domain* domain, uint64_t id) {
  (void)domain;
  end(id);
}
// Handed out for ever: programs keep them in static variables.
static String* domain_register(Domain* domain, const char* text) {
  (void)domain;
  String* string = malloc(sizeof *string);
  if (string) copy_name(string->text, text);
  return string;
}
static Domain* domain_create(const char* name) {
  Domain* domain = malloc(sizeof *domain);
  if (domain) copy_name(domain->name, name);
  return domain;
}

// ---- Start and end
// --------------------------------------------------------------------------------------------------------------

static void open_file(void) {
  const char* path = getenv("IRIS_GPUBENCH_MARKS");
  if (file >= 0 || !path || !*path) return;
  filter = getenv("IRIS_GPUBENCH_NVTX");
  has_filter = filter && *filter;
  if (has_filter) {
    is_domain_only = regcomp(&pattern, filter, REG_EXTENDED | REG_NOSUB) != 0;
    levels = kLevels;
  }
  file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  opened_by = getpid();
}

static void set(Function** slots, unsigned count, unsigned slot, Function function) {
  if (slot < count && slots[slot]) *slots[slot] = function;
}

EXPORTED int InitializeInjectionNvtx2(const void* (*table_of)(uint32_t)) {
  Function** slots = NULL;
  unsigned count = 0;
  open_file();
  const Callbacks* callbacks = table_of(kTableOfCallbacks);
  if (file < 0 || !callbacks || callbacks->size < sizeof *callbacks) return 0;
  if (callbacks->functions_of(kModuleCore, &slots, &count)) {
    set(slots, count, 4, (Function)start_attributes);
    set(slots, count, 5, (Function)start_ascii);
    set(slots, count, 7, (Function)end_default);
    set(slots, count, 8, (Function)push_attributes);
    set(slots, count, 9, (Function)push_ascii);
    set(slots, count, 11, (Function)pop_default);
  }
  if (callbacks->functions_of(kModuleCore2, &slots, &count)) {
    set(slots, count, 2, (Function)domain_start);
    set(slots, count, 3, (Function)domain_end);
    set(slots, count, 4, (Function)domain_push);
    set(slots, count, 5, (Function)domain_pop);
    set(slots, count, 10, (Function)domain_register);
    set(slots, count, 12, (Function)domain_create);
  }
  return 1;
}

static void write_short_ranges(void) {
  char line[kLine];
  unsigned long count = 0;
  for (int i = 0; i < kThreads && i < thread_count; ++i) {
    const Thread* thread = __atomic_load_n(&threads[i], __ATOMIC_ACQUIRE);
    if (thread) count += thread->short_ranges;
  }
  if (count > 0) put(line, snprintf(line, sizeof line, "n %lld nvtx:%d %lu\n", (long long)now(), getpid(), count));
}

static void close_started(int64_t end) {
  for (int i = 0; i < kStarted; ++i) {
    const uint64_t id = __atomic_load_n(&started[i].id, __ATOMIC_ACQUIRE);
    if (id != 0 && id != UINT64_MAX && end - started[i].range.start >= kShortest)
      write_range(&started[i].range, end, "ranges");
  }
}

// Ranges that are still open end with the program. A child made by fork() has copies of its parent's.
__attribute__((destructor)) static void close_open_ranges(void) {
  const int64_t end = now();
  if (getpid() != opened_by) return;
  write_short_ranges();
  close_started(end);
  for (int i = 0; i < kThreads && i < thread_count; ++i) {
    const Thread* thread = __atomic_load_n(&threads[i], __ATOMIC_ACQUIRE);
    for (int s = 0; thread && s < kDomains && thread->stacks[s]; ++s) {
      const Stack* stack = thread->stacks[s];
      for (int level = (stack->depth < levels ? stack->depth : levels) - 1; level >= 0; --level)
        if (end - stack->ranges[level].start >= kShortest && is_wanted(stack->domain, stack->ranges[level].name, level))
          write_of_thread(&stack->ranges[level], end, thread->thread);
    }
  }
}
