# Toolchain file: builds C programs written against Winsock for WebAssembly.
#
#   cmake -B build -D CMAKE_TOOLCHAIN_FILE=.../share/cmake/winsock-async.cmake
#
# The compiler is that of WASI_SDK_PATH where it is set, else Debian's clang-22 with its wasi-libc.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_EXECUTABLE_SUFFIX .wasm)

get_filename_component(WINSOCK_ASYNC_SDK "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

if(NOT "$ENV{WASI_SDK_PATH}" STREQUAL "")
  set(CMAKE_C_COMPILER "$ENV{WASI_SDK_PATH}/bin/clang")
  set(CMAKE_CXX_COMPILER "$ENV{WASI_SDK_PATH}/bin/clang++")
  set(CMAKE_C_COMPILER_TARGET wasm32-wasip1)
  set(CMAKE_CXX_COMPILER_TARGET wasm32-wasip1)
else()
  set(CMAKE_C_COMPILER clang-22)
  set(CMAKE_CXX_COMPILER clang++-22)
  # The name that Debian's C library has, of which clang warns.
  set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
  set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
  set(CMAKE_SYSROOT /usr)
  string(APPEND CMAKE_C_FLAGS_INIT " -Wno-deprecated")
  string(APPEND CMAKE_CXX_FLAGS_INIT " -Wno-deprecated")
endif()
# WASI preview 1 has no exceptions.
string(APPEND CMAKE_CXX_FLAGS_INIT " -fno-exceptions")

set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES "${WINSOCK_ASYNC_SDK}/include")
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES "${WINSOCK_ASYNC_SDK}/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L\"${WINSOCK_ASYNC_SDK}/lib\"")
set(CMAKE_C_STANDARD_LIBRARIES -lws2_32)
set(CMAKE_CXX_STANDARD_LIBRARIES -lws2_32)

# Programs that the build runs are the machine's; libraries and headers are not.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
