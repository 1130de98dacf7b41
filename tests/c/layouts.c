/* The layouts, which the compiler checks. */

#include <stddef.h>
#include <winsock2.h>

/* Declares an array of -1 elements, which is an error, unless the expression holds. */
#define HOLDS(name, expression) extern char holds_##name[(expression) ? 1 : -1]
#define SIZE(type, size) HOLDS(size_of_##type, sizeof(type) == (size))
#define AT(type, field, offset) HOLDS(type##_##field, offsetof(type, field) == (offset))

/* S-R9: the layouts of Winsock, with short where netdb.h has int. */
SIZE(HOSTENT, 16);
AT(HOSTENT, h_name, 0);
AT(HOSTENT, h_aliases, 4);
AT(HOSTENT, h_addrtype, 8);
AT(HOSTENT, h_length, 10);
AT(HOSTENT, h_addr_list, 12);
HOLDS(short_family, sizeof(((HOSTENT *)0)->h_addrtype) == 2 && sizeof(((HOSTENT *)0)->h_length) == 2);

SIZE(SERVENT, 16);
AT(SERVENT, s_name, 0);
AT(SERVENT, s_aliases, 4);
AT(SERVENT, s_port, 8);
AT(SERVENT, s_proto, 12);
HOLDS(short_port, sizeof(((SERVENT *)0)->s_port) == 2);

SIZE(PROTOENT, 12);
AT(PROTOENT, p_name, 0);
AT(PROTOENT, p_aliases, 4);
AT(PROTOENT, p_proto, 8);
HOLDS(short_protocol, sizeof(((PROTOENT *)0)->p_proto) == 2);

SIZE(IN_ADDR, 4);
SIZE(SOCKADDR_IN, 16);
AT(SOCKADDR_IN, sin_family, 0);
AT(SOCKADDR_IN, sin_port, 2);
AT(SOCKADDR_IN, sin_addr, 4);
AT(SOCKADDR_IN, sin_zero, 8);

SIZE(WSADATA, 400);
AT(WSADATA, wVersion, 0);
AT(WSADATA, wHighVersion, 2);
AT(WSADATA, szDescription, 4);
AT(WSADATA, szSystemStatus, 261);
AT(WSADATA, iMaxSockets, 390);
AT(WSADATA, iMaxUdpDg, 392);
AT(WSADATA, lpVendorInfo, 396);

SIZE(MSG, 28);
AT(MSG, hwnd, 0);
AT(MSG, message, 4);
AT(MSG, wParam, 8);
AT(MSG, lParam, 12);
AT(MSG, time, 16);
AT(MSG, pt, 20);

SIZE(BYTE, 1);
SIZE(WORD, 2);
SIZE(DWORD, 4);
SIZE(LONG, 4);
SIZE(HANDLE, 4);
SIZE(HWND, 4);
SIZE(WPARAM, 4);
SIZE(LPARAM, 4);

/* S-S1 and others: the numbers. */
HOLDS(numbers, WSAEINTR == 10004 && WSAEACCES == 10013 && WSAEFAULT == 10014 && WSAEINVAL == 10022);
HOLDS(more_numbers, WSAEWOULDBLOCK == 10035 && WSAEINPROGRESS == 10036 && WSAEALREADY == 10037);
HOLDS(network_numbers, WSAENETDOWN == 10050 && WSAENOBUFS == 10055 && WSAEPROCLIM == 10067);
HOLDS(system_numbers, WSASYSNOTREADY == 10091 && WSAVERNOTSUPPORTED == 10092 && WSANOTINITIALISED == 10093);
HOLDS(name_numbers, HOST_NOT_FOUND == 11001 && TRY_AGAIN == 11002 && NO_RECOVERY == 11003 && NO_DATA == 11004);
HOLDS(constants, MAXGETHOSTSTRUCT == 1024 && SOCKET_ERROR == -1 && AF_INET == 2);

int main(void)
{
    return 0;
}
