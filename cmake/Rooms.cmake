# A room is a folder of src/, a namespace, a library gpubench_<room> and a folder of tests/unit/. Its adapters (sub-folders)
# are libraries of their own, gpubench_<room>_<adapter>, which only app and their own tests link.

# add_room(<room> [rooms and libraries it uses...])
function(add_room room)
  _add_gpubench_library(gpubench_${room} ${CMAKE_SOURCE_DIR}/src/${room} ${ARGN})
endfunction()

# add_adapter(<room> <adapter> [rooms and libraries it uses...])
function(add_adapter room adapter)
  _add_gpubench_library(gpubench_${room}_${adapter} ${CMAKE_SOURCE_DIR}/src/${room}/${adapter} gpubench_${room} ${ARGN})
endfunction()

function(_add_gpubench_library target folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} PUBLIC ${ARGN} PRIVATE gpubench_settings)
    target_compile_features(${target} PUBLIC cxx_std_20)
  else()  # headers only
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} INTERFACE ${ARGN})
    target_compile_features(${target} INTERFACE cxx_std_20)
  endif()
endfunction()

add_custom_target(unit_tests)  # all unit test programs and what they need, and nothing else

# add_unit_tests(<name> [libraries...]): all of tests/unit/<name>/*.cpp as one GoogleTest program, unit_<name>.
function(add_unit_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${name} ${sources})
  target_include_directories(unit_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(unit_${name} PRIVATE ${ARGN} GTest::gtest_main GTest::gmock gpubench_settings)
  target_compile_definitions(unit_${name} PRIVATE GPUBENCH_TEST_FILES="${CMAKE_SOURCE_DIR}/tests/unit/${name}"
                             GPUBENCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_dependencies(unit_tests unit_${name})
  gtest_discover_tests(unit_${name} TEST_PREFIX ${GPUBENCH_TEST_PREFIX}unit. DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
