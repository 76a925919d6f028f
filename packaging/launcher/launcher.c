// Starts a program of the archive with the loader and the C library that the archive brings, whatever the machine's own are.
//
//   PREFIX/bin/NAME                        this launcher, or a link to it
//   PREFIX/lib/iris-gpubench/path/NAME     the same, for programs that only iris-gpubench starts
//   PREFIX/lib/iris-gpubench/programs/NAME the program
//   PREFIX/lib/iris-gpubench/loader/NAME   the loader; its file's name is what ps and pgrep call the process
//
// It is linked statically and needs neither /proc nor a shell. It keeps what it must change in the environment as
// IRIS_GPUBENCH_ARCHIVE_KEPT_<variable>; iris-gpubench gives its children that, and nothing named IRIS_GPUBENCH_ARCHIVE_.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { kCannotRun = 125 };  // as of iris-gpubench itself

static const char* shown_name = "iris-gpubench";
static const char kUnpackAgain[] =
    "unpack the archive again, whole, where programs may be started (no file system mounted noexec)";

_Noreturn static void fail(const char* what, const char* path, const char* remedy) {
  fprintf(stderr, "%s: %s %s: %s\n", shown_name, what, path, strerror(errno));
  fprintf(stderr, "  %s\n", remedy);
  exit(kCannotRun);
}

// Three texts one after the other, in memory that lasts until the program is started.
static char* joined(const char* first, const char* second, const char* third) {
  const size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
  char* text = malloc(size);
  if (text == NULL) fail("no memory for", first, "free some memory");
  snprintf(text, size, "%s%s%s", first, second, third);
  return text;
}

static const char* last_part(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

// The file that was started, as the kernel was given it: right whatever argv[0] says, and without /proc.
static const char* started_file(void) {
  const unsigned long address = getauxval(AT_EXECFN);
  return address == 0 ? "/proc/self/exe" : (const char*)address;
}

static bool has_loader(const char* home) {
  return access(joined(home, "/loader/iris-gpubench", ""), X_OK) == 0;
}

// PREFIX/lib/iris-gpubench, without a link in it. `own_file` is the launcher's own, as an absolute path without links.
static const char* home_of(char* own_file) {
  char* end = strrchr(own_file, '/');
  *end = '\0';
  char* parent = joined(own_file, "/..", "");
  char* beside = joined(own_file, "/../lib/iris-gpubench", "");
  *end = '/';
  const char* home = realpath(has_loader(parent) ? parent : beside, NULL);
  if (home == NULL || !has_loader(home))
    fail("cannot start", joined(home == NULL ? beside : home, "/loader/iris-gpubench", ""), kUnpackAgain);
  return home;
}

// By the name that was called, or (a link with a name of the user's) by the name of the launcher's own file.
static char* program_of(const char* home, const char* called, const char* own_file) {
  char* program = joined(home, "/programs/", last_part(called));
  return access(program, R_OK) == 0 ? program : joined(home, "/programs/", last_part(own_file));
}

static void set(const char* name, const char* value) {
  if (setenv(name, value, 1) != 0) fail("no memory for", name, "free some memory");
}

// Keeps the user's value for children, and gives the program `value` in its place (NULL: none).
static void replace(const char* name, const char* value) {
  const char* old = getenv(name);
  if (old == NULL) return;
  const char* kept = joined("IRIS_GPUBENCH_ARCHIVE_KEPT_", name, "");
  set(kept, old);
  if (value == NULL)
    unsetenv(name);
  else
    set(name, value);
}

// The machine's certificate authorities, or those of the day on which the archive was made.
static void choose_certificates(const char* home) {
  static const char* const places[] = {"/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Alpine
                                       "/etc/pki/tls/certs/ca-bundle.crt",                   // Red Hat, Fedora
                                       "/etc/ssl/ca-bundle.pem",                             // SUSE
                                       "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat 7 and newer
                                       "/etc/ssl/cert.pem"};                                 // others
  const char* chosen = joined(home, "/share/ca-certificates.crt", "");
  for (size_t i = sizeof places / sizeof *places; i-- > 0;) {
    if (access(places[i], R_OK) == 0) chosen = places[i];
  }
  set("IRIS_GPUBENCH_ARCHIVE_CA_FILE", chosen);
}

// Of iris-gpubench: the packed gnuplot comes last in the path, so the machine's own is taken where there is one. What the
// user preloads is for the benchmark: it is built for the machine's C library.
static void prepare_main_program(const char* home) {
  choose_certificates(home);
  if (getenv("PATH") != NULL) replace("PATH", joined(getenv("PATH"), ":", joined(home, "/path", "")));
}

// The packed gnuplot has a font of its own, and keeps no cache of fonts in the user's home.
static void prepare_gnuplot(const char* home) {
  char* share = joined(home, "/share", "");
  set("FONTCONFIG_FILE", joined(share, "/fonts.conf", ""));
  set("XDG_DATA_HOME", share);
  set("XDG_CACHE_HOME", "/dev/null");
  set("GNUPLOT_LIB", joined(share, "/gnuplot", ""));
}

// The archive's libraries come first. The user's LD_LIBRARY_PATH may still be where the driver's are.
static char* library_path(const char* home) {
  char* own = joined(home, "/lib", "");
  const char* users = getenv("LD_LIBRARY_PATH");
  return users == NULL || *users == '\0' ? own : joined(own, ":", users);
}

static char** loader_arguments(int argc, char** argv, const char* loader, char* libraries, char* program) {
  char** arguments = calloc((size_t)argc + 6, sizeof *arguments);
  if (arguments == NULL) fail("no memory for", loader, "free some memory");
  static char argv0_option[] = "--argv0";
  static char path_option[] = "--library-path";
  char** next = arguments;
  *next++ = argv[0];
  *next++ = argv0_option;
  *next++ = argv[0];
  *next++ = path_option;
  *next++ = libraries;
  *next++ = program;
  for (int i = 1; i < argc; ++i) *next++ = argv[i];
  return arguments;
}

int main(int argc, char** argv) {
  if (argc < 1) return kCannotRun;
  shown_name = argv[0];
  const char* called = started_file();
  char* own_file = realpath(called, NULL);
  if (own_file == NULL) fail("cannot find", called, "start it by its path");
  const char* home = home_of(own_file);
  char* program = program_of(home, called, own_file);
  char* libraries = library_path(home);
  if (strcmp(last_part(program), "gnuplot") == 0) prepare_gnuplot(home);
  if (strcmp(last_part(program), "iris-gpubench") == 0) prepare_main_program(home);
  replace("LD_PRELOAD", NULL);
  replace("LD_AUDIT", NULL);
  const char* loader = joined(home, "/loader/iris-gpubench", "");
  execv(loader, loader_arguments(argc, argv, loader, libraries, program));
  fail("cannot start", loader, kUnpackAgain);
}
