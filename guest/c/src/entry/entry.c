/* The entry of a program. The start code of the C library calls __main_void, and each function of
 * this file calls the next one. The build compiles this file once for each function, so that each
 * is a separate member of the archive. The linker takes the members that precede the function that
 * the program has, and no more. All references are strong, because a weak one takes no member. */

#include <stddef.h>

/* In Rust. Nothing frees the results, because programs keep pointers into them. */
char **ws2_32_arguments(int *count);
char *ws2_32_command_line(void);
wchar_t **ws2_32_wide_arguments(int *count);
wchar_t **ws2_32_wide_environment(void);
wchar_t *ws2_32_wide_command_line(void);

/* Of the C library. */
char **__wasilibc_get_environ(void);

/* The compiler names a main by its parameters: __main_void without any, __main_argc_argv with two,
 * and otherwise main. */
int main_argc_argv(int argc, char **argv) __asm__("__main_argc_argv");
int main_environment(int argc, char **argv, char **environment) __asm__("main");
int WinMain(void *instance, void *previous, char *command_line, int show);
int wWinMain(void *instance, void *previous, wchar_t *command_line, int show);
/* windows.h names a wmain by its parameters. */
int wmain(int argc, wchar_t **argv);
int ws2_32_wmain_void(void);
int ws2_32_wmain_environment(int argc, wchar_t **argv, wchar_t **environment);
/* Not defined, so that the linker names it where a program has no entry. */
int this_program_has_no_main_or_WinMain_or_wWinMain_or_wmain(void);

/* The handle of the program: GetModuleHandle(NULL). */
void *GetModuleHandleA(const char *name);
#define SW_SHOWNORMAL 1

/* The body of a function that calls one with the arguments of the program. */
#define CALL_WITH_ARGUMENTS(function, text, arguments)                                                                 \
    {                                                                                                                  \
        int argc;                                                                                                      \
        text **argv = arguments(&argc);                                                                                \
        return function(argc, argv);                                                                                   \
    }

/* A function leaves out what the next one does not take. */
#pragma clang diagnostic ignored "-Wunused-parameter"

#if defined(LINK___main_void)
int __main_void(void) CALL_WITH_ARGUMENTS(main_argc_argv, char, ws2_32_arguments)
#elif defined(LINK___main_argc_argv)
int main_argc_argv(int argc, char **argv) {
    return main_environment(argc, argv, __wasilibc_get_environ());
}
#elif defined(LINK_main)
int main_environment(int argc, char **argv, char **environment) {
    return WinMain(GetModuleHandleA(NULL), NULL, ws2_32_command_line(), SW_SHOWNORMAL);
}
#elif defined(LINK_WinMain)
int WinMain(void *instance, void *previous, char *command_line, int show) {
    return wWinMain(instance, previous, ws2_32_wide_command_line(), show);
}
#elif defined(LINK_wWinMain)
int wWinMain(void *instance, void *previous, wchar_t *command_line, int show)
    CALL_WITH_ARGUMENTS(wmain, wchar_t, ws2_32_wide_arguments)
#elif defined(LINK_wmain)
int wmain(int argc, wchar_t **argv) {
    return ws2_32_wmain_environment(argc, argv, ws2_32_wide_environment());
}
#elif defined(LINK_ws2_32_wmain_environment)
int ws2_32_wmain_environment(int argc, wchar_t **argv, wchar_t **environment) {
    return ws2_32_wmain_void();
}
#elif defined(LINK_ws2_32_wmain_void)
int ws2_32_wmain_void(void) {
    return this_program_has_no_main_or_WinMain_or_wWinMain_or_wmain();
}
#endif
