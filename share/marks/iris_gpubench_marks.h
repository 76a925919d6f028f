/* Marks phases of a C or C++ program for iris-gpubench, which then reports the energy of each phase.

     #include "iris_gpubench_marks.h"

     iris_gpubench_begin("step");
     launch(); cudaDeviceSynchronize();      // without it, work that was only queued counts as the next phase's
     iris_gpubench_end("step");
     iris_gpubench_work(64, "images");

     { iris_gpubench::Phase phase("evaluation"); evaluate(); }      // C++: ends where the block ends

   Outside a run of iris-gpubench nothing is written. One header, Linux, C99 or C++11, no library but libc; threads and forks
   are fine. Each source file that includes it opens the file of marks once. Format: docs/formats.md, "Marks". */
#ifndef IRIS_GPUBENCH_MARKS_H
#define IRIS_GPUBENCH_MARKS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRIS_GPUBENCH_LONGEST_ 255 /* bytes of a line without its end */

#define IRIS_GPUBENCH_TOKEN_ ":::IRIS_GPUBENCH " /* before marks in a log */

/* -2: not opened yet; -1: nothing is written. */
static int iris_gpubench_file_ = -2;
static int iris_gpubench_in_log_ = 0;
static pid_t iris_gpubench_process_ = 0;
static __thread pid_t iris_gpubench_thread_process_ = 0;
static __thread int iris_gpubench_who_length_ = 0;
static __thread char iris_gpubench_who_[48];

static inline int64_t iris_gpubench_now_(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void iris_gpubench_put_(const char* line, size_t size) {
  char text[sizeof IRIS_GPUBENCH_TOKEN_ + IRIS_GPUBENCH_LONGEST_ + 1];
  if (iris_gpubench_in_log_) {
    memcpy(text, IRIS_GPUBENCH_TOKEN_, sizeof IRIS_GPUBENCH_TOKEN_ - 1);
    memcpy(text + sizeof IRIS_GPUBENCH_TOKEN_ - 1, line, size);
    line = text;
    size += sizeof IRIS_GPUBENCH_TOKEN_ - 1;
  }
  if (write(iris_gpubench_file_, line, size) != (ssize_t)size) iris_gpubench_file_ = -1;
}

/* Which clock this process has: other kernels and time namespaces have others. */
static inline void iris_gpubench_first_line_(pid_t process) {
  char boot[40] = "-";
  char line[IRIS_GPUBENCH_LONGEST_ + 1];
  struct stat status;
  int size;
  FILE* file = fopen("/proc/sys/kernel/random/boot_id", "r");
  if (file) {
    if (fscanf(file, "%39s", boot) != 1) strcpy(boot, "-");
    fclose(file);
  }
  if (stat("/proc/self/ns/time", &status) != 0) status.st_ino = 0;
  size =
      snprintf(line, sizeof line, "h %lld %ld %lld %s %llu\n", (long long)iris_gpubench_now_(CLOCK_MONOTONIC), (long)process,
               (long long)(iris_gpubench_now_(CLOCK_REALTIME) / 1000), boot, (unsigned long long)status.st_ino);
  iris_gpubench_put_(line, (size_t)size);
}

static inline int iris_gpubench_enabled(void) {
  if (iris_gpubench_file_ == -2) {
    const char* path = getenv("IRIS_GPUBENCH_MARKS");
    iris_gpubench_in_log_ = path && strcmp(path, "stdout") == 0; /* the engine is on another machine: by the log */
    iris_gpubench_file_ = iris_gpubench_in_log_ ? 1 : path && *path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
  }
  return iris_gpubench_file_ >= 0;
}

static inline void iris_gpubench_who_am_i_(void) {
  const pid_t process = getpid();
  if (iris_gpubench_thread_process_ == process) return;
  if (iris_gpubench_process_ != process) {
    iris_gpubench_process_ = process;
    iris_gpubench_first_line_(process);
  }
  iris_gpubench_thread_process_ = process;
  iris_gpubench_who_length_ =
      snprintf(iris_gpubench_who_, sizeof iris_gpubench_who_, " %ld/%ld ", (long)process, (long)syscall(SYS_gettid));
}

static inline void iris_gpubench_write_(char op, const char* text) {
  char line[IRIS_GPUBENCH_LONGEST_ + 1];
  char digits[20];
  uint64_t now;
  size_t at = 0, digit = sizeof digits, length;
  if (!iris_gpubench_enabled()) return;
  now = (uint64_t)iris_gpubench_now_(CLOCK_MONOTONIC);
  iris_gpubench_who_am_i_();
  do digits[--digit] = (char)('0' + now % 10);
  while (now /= 10);
  line[at++] = op;
  line[at++] = ' ';
  memcpy(line + at, digits + digit, sizeof digits - digit);
  at += sizeof digits - digit;
  memcpy(line + at, iris_gpubench_who_, (size_t)iris_gpubench_who_length_);
  at += (size_t)iris_gpubench_who_length_;
  length = text ? strlen(text) : 0;
  if (length > IRIS_GPUBENCH_LONGEST_ - at) length = IRIS_GPUBENCH_LONGEST_ - at;
  for (size_t i = 0; i < length; ++i) line[at++] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
  line[at++] = '\n';
  iris_gpubench_put_(line, at);
}

static inline void iris_gpubench_begin(const char* name) {
  iris_gpubench_write_('b', name);
}
/* NULL: the innermost phase. */
static inline void iris_gpubench_end(const char* name) {
  iris_gpubench_write_('e', name);
}
static inline void iris_gpubench_moment(const char* name) {
  iris_gpubench_write_('i', name);
}
/* Work done in the phase that is open: its energy is then also reported for one unit. */
static inline void iris_gpubench_work(double amount, const char* unit) {
  char text[128];
  if (!iris_gpubench_enabled()) return;
  snprintf(text, sizeof text, "%.9g %s", amount, unit ? unit : "units");
  iris_gpubench_write_('w', text);
}

#ifdef __cplusplus
}

namespace iris_gpubench {

/* A phase from here to the end of the block. The name must live as long. */
class Phase {
 public:
  explicit Phase(const char* name) : name_(name) { iris_gpubench_begin(name_); }
  ~Phase() { iris_gpubench_end(name_); }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

 private:
  const char* name_;
};

}  // namespace iris_gpubench
#endif
#endif
