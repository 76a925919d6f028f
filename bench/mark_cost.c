// What a mark costs a program: nanoseconds for one in C, to a file and outside a run.
//
//   mark_cost [COUNT]        (IRIS_GPUBENCH_MARKS: the file; without it, what a program outside a run pays)
#include "iris_gpubench_marks.h"

int main(int argc, char** argv) {
  const long count = argc > 1 ? atol(argv[1]) : 200000;
  struct timespec from, to;
  iris_gpubench_moment("first");
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
  for (long i = 0; i < count; ++i) {
    iris_gpubench_begin("step");
    iris_gpubench_end("step");
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
  printf("%.0f ns CPU a mark\n",
         ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (2.0 * (double)count));
  return 0;
}
