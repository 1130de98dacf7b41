/* The C++ library's own, which must not take -D _WIN32 for the machine that it runs on. */

#pragma clang system_header
#pragma push_macro("_WIN32")
#undef _WIN32
#include_next <__cxxabi_config.h>
#pragma pop_macro("_WIN32")
