/* The six requests, each with a question that has an answer, and a check of that answer. */

#ifndef SIX_H
#define SIX_H

#include "check.h"

enum kind { HOST_BY_NAME, HOST_BY_ADDR, SERV_BY_NAME, SERV_BY_PORT, PROTO_BY_NAME, PROTO_BY_NUMBER, SIX };

HELPER HANDLE ask(int kind, HWND window, char *buffer, int length)
{
    switch (kind) {
    case HOST_BY_NAME:
        return WSAAsyncGetHostByName(window, DONE, "quick.test", buffer, length);
    case HOST_BY_ADDR:
        return WSAAsyncGetHostByAddr(window, DONE, "\300\000\002\001", 4, AF_INET, buffer, length);
    case SERV_BY_NAME:
        return WSAAsyncGetServByName(window, DONE, "www", "tcp", buffer, length);
    case SERV_BY_PORT:
        return WSAAsyncGetServByPort(window, DONE, htons(80), "tcp", buffer, length);
    case PROTO_BY_NAME:
        return WSAAsyncGetProtoByName(window, DONE, "tcp", buffer, length);
    default:
        return WSAAsyncGetProtoByNumber(window, DONE, 6, buffer, length);
    }
}

/* Returns the size in bytes of the structure alone (S-R9). */
HELPER int structure_of(int kind)
{
    if (kind <= HOST_BY_ADDR)
        return 16;
    return kind <= SERV_BY_PORT ? 16 : 12;
}

/* The range of addresses in which an answer must lie. */
struct place {
    const char *start;
    const char *end;
};

/* S-R9: whether `length` bytes lie inside. */
HELPER int is_inside(struct place place, const void *what, size_t length)
{
    const char *start = (const char *)what;
    return start >= place.start && start <= place.end && length <= (size_t)(place.end - start);
}

HELPER int is_text(struct place place, const char *text, const char *expected)
{
    return is_inside(place, text, strlen(expected) + 1) && strcmp(text, expected) == 0;
}

/* Returns one pointer of a list, which need not be aligned. S-R9: it leads into the same range. */
HELPER char *item(struct place place, char **list, int index)
{
    char *found = NULL;
    const char *at = (const char *)list + index * (int)sizeof found;

    CHECK(is_inside(place, at, sizeof found));
    CHECK_NUMBER(((size_t)list - (size_t)place.start) % sizeof found, 0);
    if (is_inside(place, at, sizeof found))
        memcpy(&found, at, sizeof found);
    return found;
}

HELPER int are_texts(struct place place, char **list, const char *const *expected)
{
    int i;
    for (i = 0; expected[i] != NULL; i++)
        if (!is_text(place, item(place, list, i), expected[i]))
            return 0;
    return item(place, list, i) == NULL;
}

HELPER int is_host(struct place place, int has_all)
{
    static const char *const aliases[] = {"fast.test", "swift.test", NULL};
    static const char *const none[] = {NULL};
    struct hostent host;

    memcpy(&host, place.start, sizeof host);
    if (!is_text(place, host.h_name, "quick.test") || host.h_addrtype != AF_INET || host.h_length != 4)
        return 0;
    if (!are_texts(place, host.h_aliases, has_all ? aliases : none))
        return 0;
    if (!is_inside(place, item(place, host.h_addr_list, 0), 4) ||
        memcmp(item(place, host.h_addr_list, 0), "\300\000\002\001", 4) != 0)
        return 0;
    if (!has_all)
        return item(place, host.h_addr_list, 1) == NULL;
    return is_inside(place, item(place, host.h_addr_list, 1), 4) &&
           memcmp(item(place, host.h_addr_list, 1), "\300\000\002\002", 4) == 0 &&
           item(place, host.h_addr_list, 2) == NULL;
}

HELPER int is_service(struct place place)
{
    static const char *const aliases[] = {"www", "www-http", NULL};
    struct servent service;

    memcpy(&service, place.start, sizeof service);
    /* S-R11 */
    return is_text(place, service.s_name, "http") && are_texts(place, service.s_aliases, aliases) &&
           memcmp(&service.s_port, "\000\120", 2) == 0 && is_text(place, service.s_proto, "tcp");
}

HELPER int is_protocol(struct place place)
{
    static const char *const aliases[] = {"TCP", NULL};
    struct protoent protocol;

    memcpy(&protocol, place.start, sizeof protocol);
    return is_text(place, protocol.p_name, "tcp") && are_texts(place, protocol.p_aliases, aliases) &&
           protocol.p_proto == 6;
}

/* Whether the answer to `ask` is there, and lies within `length` bytes with all that it points
 * to. */
HELPER int is_answer(int kind, const char *start, int length)
{
    struct place place;
    place.start = start;
    place.end = start + length;
    if (length < structure_of(kind))
        return 0;
    if (kind <= HOST_BY_ADDR)
        return is_host(place, kind == HOST_BY_NAME);
    return kind <= SERV_BY_PORT ? is_service(place) : is_protocol(place);
}

#endif
