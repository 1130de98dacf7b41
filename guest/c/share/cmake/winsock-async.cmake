# A toolchain file that builds C programs written against Winsock for WebAssembly.
#
#   cmake -B build -D CMAKE_TOOLCHAIN_FILE=.../share/cmake/winsock-async.cmake
#
# The compiler is that of WASI_SDK_PATH if it is set, and otherwise Debian's clang-22.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
# One for each language, because CMake resets the common one after this file.
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)

get_filename_component(WINSOCK_ASYNC_SDK "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

if(NOT "$ENV{WASI_SDK_PATH}" STREQUAL "")
  set(CMAKE_C_COMPILER "$ENV{WASI_SDK_PATH}/bin/clang")
  set(CMAKE_CXX_COMPILER "$ENV{WASI_SDK_PATH}/bin/clang++")
  set(CMAKE_C_COMPILER_TARGET wasm32-wasip1)
  set(CMAKE_CXX_COMPILER_TARGET wasm32-wasip1)
  set(CMAKE_CXX_FLAGS_INIT -fno-exceptions)
else()
  set(CMAKE_C_COMPILER clang-22)
  # Not clang++-22, which would link a C++ library that Debian does not have.
  set(CMAKE_CXX_COMPILER clang-22)
  # The target by the name of Debian's C library. clang warns of it.
  set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
  set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
  set(CMAKE_SYSROOT /usr)
  set(CMAKE_C_FLAGS_INIT -Wno-deprecated)
  set(CMAKE_CXX_FLAGS_INIT "-Wno-deprecated -fno-exceptions")
endif()

set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES "${WINSOCK_ASYNC_SDK}/include")
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES "${WINSOCK_ASYNC_SDK}/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L\"${WINSOCK_ASYNC_SDK}/lib\"")
set(CMAKE_EXE_LINKER_FLAGS_RELEASE_INIT -Wl,--strip-debug)
set(CMAKE_EXE_LINKER_FLAGS_MINSIZEREL_INIT -Wl,--strip-debug)
set(CMAKE_C_STANDARD_LIBRARIES -lws2_32)
set(CMAKE_CXX_STANDARD_LIBRARIES -lws2_32)

# The build runs programs of the machine, but uses no libraries and headers of it.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
