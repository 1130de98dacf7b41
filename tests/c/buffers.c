/* Each of the six requests with buffers of every length: too small, large enough, unaligned. */

#include "buffer.h"
#include "six.h"

/* Asks for the size alone. */
static int size_of(int kind, HWND window)
{
    /* S-R4, S-R7: a null buffer of length 0 asks for the size. */
    LPARAM result = completion_of(ask(kind, window, NULL, 0), window);
    CHECK_NUMBER(WSAGETASYNCERROR(result), WSAENOBUFS);
    CHECK(WSAGETASYNCBUFLEN(result) >= structure_of(kind));
    return WSAGETASYNCBUFLEN(result);
}

/* One request into a buffer of this length. */
static void fill(int kind, HWND window, int size, int length, int shift)
{
    struct buffer buffer = new_buffer(length, shift);
    LPARAM result = completion_of(ask(kind, window, buffer.start, length), window);

    /* S-R7: the size depends neither on the length nor on the address of the buffer. */
    CHECK_NUMBER(WSAGETASYNCBUFLEN(result), size);
    /* S-R8 */
    CHECK(guards_hold(&buffer));
    CHECK_NUMBER(WSAGETASYNCERROR(result), length < size ? WSAENOBUFS : 0);
    /* S-R9: the whole answer lies within LOWORD bytes. */
    if (length >= size) {
        CHECK(is_answer(kind, buffer.start, size));
        for (; length > size; length--)
            CHECK_NUMBER((unsigned char)buffer.start[length - 1], POISON);
    }
    free_buffer(&buffer);
}

/* S-R8: a program that asks again with LOWORD bytes succeeds. */
static void ask_again(int kind, HWND window)
{
    struct buffer buffer = new_buffer(structure_of(kind), 0);
    LPARAM result = completion_of(ask(kind, window, buffer.start, buffer.length), window);

    CHECK_NUMBER(WSAGETASYNCERROR(result), WSAENOBUFS);
    CHECK(guards_hold(&buffer));
    free_buffer(&buffer);
    buffer = new_buffer(WSAGETASYNCBUFLEN(result), 0);
    result = completion_of(ask(kind, window, buffer.start, buffer.length), window);
    CHECK_NUMBER(WSAGETASYNCERROR(result), 0);
    CHECK_NUMBER(WSAGETASYNCBUFLEN(result), buffer.length);
    CHECK(guards_hold(&buffer));
    CHECK(is_answer(kind, buffer.start, buffer.length));
    free_buffer(&buffer);
}

/* S-R4, S-R8: a negative length is no room. */
static void negative(int kind, HWND window, int size)
{
    static const int lengths[] = {-1, -16, -1024, (int)0x80000000};
    size_t i;

    for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
        LPARAM result = completion_of(ask(kind, window, buffer.start, lengths[i]), window);
        CHECK_NUMBER(WSAGETASYNCERROR(result), WSAENOBUFS);
        CHECK_NUMBER(WSAGETASYNCBUFLEN(result), size);
        CHECK(is_unchanged(&buffer));
        free_buffer(&buffer);
    }
}

int main(void)
{
    HWND window;
    int kind, size, length, shift;

    start_up(MAKEWORD(2, 2));
    window = plain_window();
    for (kind = 0; kind < SIX; kind++) {
        size = size_of(kind, window);
        for (length = 0; length <= size + 1; length++)
            for (shift = 0; shift < 4; shift++)
                fill(kind, window, size, length, shift);
        fill(kind, window, size, MAXGETHOSTSTRUCT, 0);
        fill(kind, window, size, 100000, 1);
        ask_again(kind, window);
        negative(kind, window, size);
    }
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
