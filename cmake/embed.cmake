# Bytes of a file as C++: cmake -DINPUT=FILE -DOUTPUT=FILE.cpp -DNAME=name -DHEADER=header -P cmake/embed.cmake
# The header declares `std::string_view NAME()` in namespace gpubench::runs.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nnamespace gpubench::runs {\n\nstatic constexpr char kBytes[] = {${bytes}};\n\n"
     "std::string_view ${NAME}() {\n  return {kBytes, sizeof kBytes};\n}\n\n}  // namespace gpubench::runs\n")
