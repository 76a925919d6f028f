# How everything is compiled: one interface target with the language, the warnings and the sanitizers.
add_library(gpubench_settings INTERFACE)
target_compile_features(gpubench_settings INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
target_compile_options(gpubench_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  $<$<BOOL:${GPUBENCH_WERROR}>:-Werror>)
# With -O1, g++ takes the value of a std::optional that it has just found to be there for one that may be missing.
target_compile_options(gpubench_settings INTERFACE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-maybe-uninitialized>)
# libstdc++ 12 is deprecated to itself: its stable_sort uses a function that C++17 advises against.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(gpubench_settings INTERFACE -Wno-deprecated-declarations)
endif()
target_compile_definitions(gpubench_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# Of a fused multiply-add the last digit differs. Without it, every kind of machine makes the same results of the same readings.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_options(gpubench_settings INTERFACE -ffp-contract=off)
endif()
if(GPUBENCH_SANITIZE)
  target_compile_options(gpubench_settings INTERFACE -fsanitize=${GPUBENCH_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(gpubench_settings INTERFACE -fsanitize=${GPUBENCH_SANITIZE})
endif()
# What the tests simulate for hours of a run's time. Without any optimisation clang's sanitizers make it five times slower.
add_library(gpubench_simulated INTERFACE)
if(GPUBENCH_SANITIZE)
  target_compile_options(gpubench_simulated INTERFACE -O1)
endif()
# Tells the tests of the sanitizer builds apart where several builds are tested in one run.
set(GPUBENCH_TEST_PREFIX "")
if(GPUBENCH_SANITIZE MATCHES "address")
  set(GPUBENCH_TEST_PREFIX "asan.")
elseif(GPUBENCH_SANITIZE MATCHES "thread")
  set(GPUBENCH_TEST_PREFIX "tsan.")
endif()
if(GPUBENCH_COVERAGE)
  target_compile_options(gpubench_settings INTERFACE --coverage)
  target_link_options(gpubench_settings INTERFACE --coverage)
endif()
