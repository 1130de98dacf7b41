/* Habits of shipped programs: they check the size, share one buffer, and use several windows or
 * none. */

#include "buffer.h"
#include "six.h"

/* S-R7: such programs take a success whose size is below that of the structure for an error. */
static void size_is_checked(HWND window)
{
    char buffer[MAXGETHOSTSTRUCT];
    int kind;

    for (kind = 0; kind < SIX; kind++) {
        LPARAM result = completion_of(ask(kind, window, buffer, sizeof buffer), window);
        CHECK_NUMBER(WSAGETASYNCERROR(result), 0);
        CHECK(WSAGETASYNCBUFLEN(result) >= structure_of(kind));
        if (kind <= HOST_BY_ADDR)
            CHECK(WSAGETASYNCBUFLEN(result) >= sizeof(HOSTENT));
    }
    /* Without aliases: the structure, two lists, an address, and the name. */
    CHECK_NUMBER(WSAGETASYNCBUFLEN(completion_of(
                     WSAAsyncGetHostByName(window, DONE, "192.0.2.7", buffer, sizeof buffer), window)),
                 16 + 4 + 8 + 4 + 10);
}

/* A program with one buffer cancels a request when it has the next. The message with the stored
 * handle has the answer. */
static void one_buffer_for_all(HWND window)
{
    static const char *const typed[] = {"never.test", "slow.test", "again.test", "known.test", "quick.test", "slow.test",
                                        "quick.test"};
    static char buffer[MAXGETHOSTSTRUCT];
    HANDLE request = NULL;
    MSG message;
    size_t i;

    for (i = 0; i < sizeof typed / sizeof *typed; i++) {
        if (request != NULL)
            WSACancelAsyncRequest(request);
        request = WSAAsyncGetHostByName(window, DONE, typed[i], buffer, sizeof buffer);
        CHECK(request != NULL);
    }
    do
        message = next_message(window);
    while (message.wParam != (WPARAM)request);
    CHECK_NUMBER(WSAGETASYNCERROR(message.lParam), 0);
    CHECK(is_answer(HOST_BY_NAME, buffer, sizeof buffer));
    CHECK_NUMBER(run_on(), 0);
}

/* S-R6, S-M1: each window gets its completions, in any order of requests and reads. */
static void crossed_windows(void)
{
    char first_buffer[MAXGETHOSTSTRUCT], second_buffer[MAXGETHOSTSTRUCT];
    HWND first = plain_window(), second = plain_window();
    HANDLE for_first, for_second;
    int i;

    for (i = 0; i < 4; i++) {
        const char *soon = i % 2 ? "known.test" : "slow.test";
        const char *late = i % 2 ? "slow.test" : "known.test";
        for_first = WSAAsyncGetHostByName(first, DONE, soon, first_buffer, sizeof first_buffer);
        for_second = WSAAsyncGetHostByName(second, DONE, late, second_buffer, sizeof second_buffer);
        if (i < 2) {
            CHECK_NUMBER(error_of(for_second, second), 0);
            CHECK_NUMBER(error_of(for_first, first), 0);
        } else {
            CHECK_NUMBER(error_of(for_first, first), 0);
            CHECK_NUMBER(error_of(for_second, second), 0);
        }
        CHECK(strcmp(((HOSTENT *)first_buffer)->h_name, soon) == 0);
        CHECK(strcmp(((HOSTENT *)second_buffer)->h_name, late) == 0);
    }
    CHECK(DestroyWindow(first));
    CHECK(DestroyWindow(second));
}

/* S-R6: without a window the completion is a message of the thread. Only a loop over all messages
 * gets it. */
static void no_window(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    MSG message;
    HANDLE request = WSAAsyncGetHostByName(NULL, DONE, "quick.test", buffer.start, buffer.length);

    CHECK(PostMessageA(window, WM_APP, 5, 6));
    message = next_message(window);
    CHECK_NUMBER(message.message, WM_APP);
    message = next_message(NULL);
    CHECK(message.hwnd == NULL);
    CHECK_NUMBER(message.message, DONE);
    CHECK(message.wParam == (WPARAM)request);
    CHECK_NUMBER(WSAGETASYNCERROR(message.lParam), 0);
    CHECK(is_answer(HOST_BY_NAME, buffer.start, WSAGETASYNCBUFLEN(message.lParam)));
    /* The message goes to no procedure. */
    CHECK_NUMBER(DispatchMessageA(&message), 0);
    /* S-C2, S-C1 */
    CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
    poison(&buffer);
    request = WSAAsyncGetHostByName(NULL, DONE, "never.test", buffer.start, buffer.length);
    CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(1, 1));
    window = plain_window();
    size_is_checked(window);
    one_buffer_for_all(window);
    crossed_windows();
    no_window(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
