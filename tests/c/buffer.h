/* Buffers with guard bytes around them and poison inside. */

#ifndef BUFFER_H
#define BUFFER_H

#include "check.h"

#define MARGIN 64
#define POISON 0xa5

struct buffer {
    char *start; /* what a request is given */
    int length;
    unsigned char *block; /* all of it, margins included */
    unsigned char *copy;  /* as it was when it was last remembered */
    size_t size;
};

/* All of it as it is. */
HELPER void remember(struct buffer *buffer)
{
    memcpy(buffer->copy, buffer->block, buffer->size);
}

/* All of it, as if it were the program's next use of the memory. */
HELPER void poison(struct buffer *buffer)
{
    memset(buffer->block, POISON, buffer->size);
    remember(buffer);
}

/* `shift` is how far the start is from where it is aligned. */
HELPER struct buffer new_buffer(int length, int shift)
{
    struct buffer buffer;
    buffer.length = length;
    buffer.size = (size_t)(MARGIN + shift + length + MARGIN);
    buffer.block = (unsigned char *)malloc(buffer.size);
    buffer.copy = (unsigned char *)malloc(buffer.size);
    require(buffer.block != NULL && buffer.copy != NULL, "memory");
    buffer.start = (char *)buffer.block + MARGIN + shift;
    poison(&buffer);
    return buffer;
}

HELPER void free_buffer(struct buffer *buffer)
{
    free(buffer->block);
    free(buffer->copy);
}

/* Whether nothing has been written since it was last remembered. */
HELPER int is_unchanged(const struct buffer *buffer)
{
    return memcmp(buffer->block, buffer->copy, buffer->size) == 0;
}

/* Whether nothing was written around what the request was given. */
HELPER int guards_hold(const struct buffer *buffer)
{
    const unsigned char *start = (const unsigned char *)buffer->start;
    const unsigned char *end = start + buffer->length;
    const unsigned char *byte;

    for (byte = buffer->block; byte < buffer->block + buffer->size; byte++)
        if ((byte < start || byte >= end) && *byte != POISON)
            return 0;
    return 1;
}

#endif
