/* Buffers with guard bytes around them and poison inside. */

#ifndef BUFFER_H
#define BUFFER_H

#include "check.h"

#define MARGIN 64
#define POISON 0xa5

struct buffer {
    char *start; /* the buffer of a request */
    int length;
    unsigned char *block; /* the whole block, with the guard bytes */
    unsigned char *copy;  /* the block when it was last remembered */
    size_t size;
};

/* Copies the block, for is_unchanged. */
HELPER void remember(struct buffer *buffer)
{
    memcpy(buffer->copy, buffer->block, buffer->size);
}

/* Overwrites the block, as a program that reuses the memory does. */
HELPER void poison(struct buffer *buffer)
{
    memset(buffer->block, POISON, buffer->size);
    remember(buffer);
}

/* `shift` is the number of bytes from an aligned address to the start. */
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

/* Whether the block is as it was last remembered. */
HELPER int is_unchanged(const struct buffer *buffer)
{
    return memcmp(buffer->block, buffer->copy, buffer->size) == 0;
}

/* Whether the guard bytes around the buffer are unchanged. */
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
