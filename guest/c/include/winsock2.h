/* The lookups of Windows Sockets for WebAssembly: asynchronous lookups, which a program can cancel,
 * and blocking ones.
 *
 * docs/semantics.md of the project says what each call does, rule by rule. The library has nothing
 * else of Winsock. */

#ifndef _WINSOCK2API_
#define _WINSOCK2API_

#ifndef __wasm32__
#error "these headers are for wasm32"
#endif

#include <windows.h>

/* The C library has structures, functions and numbers with the same names and other values. Its
 * headers are included first, so that they do nothing later. Then the names are those of Winsock,
 * in any order of the program's includes. */
#include <__stddef_max_align_t.h> /* which the C library needs, and omits before C11 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef __wasip2__ /* the C library has it only for this target */
#include <netdb.h>
#endif

#undef AF_INET
#undef AF_INET6
#undef AF_UNSPEC
#undef HOST_NOT_FOUND
#undef INADDR_ANY
#undef INADDR_BROADCAST
#undef INADDR_LOOPBACK
#undef INADDR_NONE
#undef IPPROTO_ICMP
#undef IPPROTO_IP
#undef IPPROTO_TCP
#undef IPPROTO_UDP
#undef NO_ADDRESS
#undef NO_DATA
#undef NO_RECOVERY
#undef PF_INET
#undef PF_UNSPEC
#undef SOCK_DGRAM
#undef SOCK_RAW
#undef SOCK_RDM
#undef SOCK_SEQPACKET
#undef SOCK_STREAM
#undef TRY_AGAIN
#undef h_addr
#undef h_errno
#undef s_addr

#define hostent ws2_32_hostent
#define in_addr ws2_32_in_addr
#define protoent ws2_32_protoent
#define servent ws2_32_servent
#define sockaddr_in ws2_32_sockaddr_in
#define gethostbyaddr ws2_32_gethostbyaddr
#define gethostbyname ws2_32_gethostbyname
#define gethostname ws2_32_gethostname
#define getprotobyname ws2_32_getprotobyname
#define getprotobynumber ws2_32_getprotobynumber
#define getservbyname ws2_32_getservbyname
#define getservbyport ws2_32_getservbyport
#define htonl ws2_32_htonl
#define htons ws2_32_htons
#define inet_addr ws2_32_inet_addr
#define inet_ntoa ws2_32_inet_ntoa
#define ntohl ws2_32_ntohl
#define ntohs ws2_32_ntohs

#ifdef __cplusplus
extern "C" {
#endif

/* sys/types.h has these types unless it is strict. */
#if !defined(_GNU_SOURCE) && !defined(_BSD_SOURCE)
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
#endif

#define WINSOCK_VERSION MAKEWORD(2, 2)
#define WSAAPI FAR PASCAL
#define SOCKET_ERROR (-1)

typedef UINT_PTR SOCKET;
#define INVALID_SOCKET ((SOCKET)~0)

/* Start-up */

#define WSADESCRIPTION_LEN 256
#define WSASYS_STATUS_LEN 128

typedef struct WSAData {
    WORD wVersion;
    WORD wHighVersion;
    char szDescription[WSADESCRIPTION_LEN + 1];
    char szSystemStatus[WSASYS_STATUS_LEN + 1];
    unsigned short iMaxSockets;
    unsigned short iMaxUdpDg;
    char FAR *lpVendorInfo;
} WSADATA, FAR *LPWSADATA;

int WSAAPI WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData);
int WSAAPI WSACleanup(void);
int WSAAPI WSAGetLastError(void);
void WSAAPI WSASetLastError(int iError);

/* Addresses */

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 23
#define PF_UNSPEC AF_UNSPEC
#define PF_INET AF_INET

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5

#define IPPORT_ECHO 7
#define IPPORT_DISCARD 9
#define IPPORT_DAYTIME 13
#define IPPORT_QOTD 17
#define IPPORT_CHARGEN 19
#define IPPORT_FTP 21
#define IPPORT_TELNET 23
#define IPPORT_SMTP 25
#define IPPORT_TIMESERVER 37
#define IPPORT_NAMESERVER 42
#define IPPORT_WHOIS 43
#define IPPORT_TFTP 69
#define IPPORT_FINGER 79

#define INADDR_ANY ((u_long)0x00000000)
#define INADDR_LOOPBACK ((u_long)0x7f000001)
#define INADDR_BROADCAST ((u_long)0xffffffff)
#define INADDR_NONE ((u_long)0xffffffff)

struct in_addr {
    union {
        struct {
            u_char s_b1, s_b2, s_b3, s_b4;
        } S_un_b;
        struct {
            u_short s_w1, s_w2;
        } S_un_w;
        u_long S_addr;
    } S_un;
};
#define s_addr S_un.S_addr
#define s_net S_un.S_un_b.s_b1
#define s_host S_un.S_un_b.s_b2
#define s_lh S_un.S_un_b.s_b3
#define s_impno S_un.S_un_b.s_b4
#define s_imp S_un.S_un_w.s_w2

struct sockaddr_in {
    short sin_family;
    u_short sin_port;
    struct in_addr sin_addr;
    char sin_zero[8];
};

typedef struct in_addr IN_ADDR, *PIN_ADDR, FAR *LPIN_ADDR;
typedef struct sockaddr SOCKADDR, *PSOCKADDR, FAR *LPSOCKADDR;
typedef struct sockaddr_in SOCKADDR_IN, *PSOCKADDR_IN, FAR *LPSOCKADDR_IN;

u_long WSAAPI htonl(u_long hostlong);
u_short WSAAPI htons(u_short hostshort);
u_long WSAAPI ntohl(u_long netlong);
u_short WSAAPI ntohs(u_short netshort);
u_long WSAAPI inet_addr(const char FAR *cp);
char FAR *WSAAPI inet_ntoa(struct in_addr in);

/* The answers. Everything that a structure points to follows it in the same buffer. */

struct hostent {
    char FAR *h_name;
    char FAR *FAR *h_aliases;
    short h_addrtype;
    short h_length;
    char FAR *FAR *h_addr_list;
};
#define h_addr h_addr_list[0]

struct servent {
    char FAR *s_name;
    char FAR *FAR *s_aliases;
    short s_port; /* in network byte order */
    char FAR *s_proto;
};

struct protoent {
    char FAR *p_name;
    char FAR *FAR *p_aliases;
    short p_proto; /* in host byte order */
};

typedef struct hostent HOSTENT, *PHOSTENT, FAR *LPHOSTENT;
typedef struct servent SERVENT, *PSERVENT, FAR *LPSERVENT;
typedef struct protoent PROTOENT, *PPROTOENT, FAR *LPPROTOENT;

/* Blocking lookups. A structure lives until the next call that returns one of its kind. */

struct hostent FAR *WSAAPI gethostbyname(const char FAR *name);
struct hostent FAR *WSAAPI gethostbyaddr(const char FAR *addr, int len, int type);
int WSAAPI gethostname(char FAR *name, int namelen);
struct servent FAR *WSAAPI getservbyname(const char FAR *name, const char FAR *proto);
struct servent FAR *WSAAPI getservbyport(int port, const char FAR *proto);
struct protoent FAR *WSAAPI getprotobyname(const char FAR *name);
struct protoent FAR *WSAAPI getprotobynumber(int number);

FARPROC WSAAPI WSASetBlockingHook(FARPROC lpBlockFunc);
int WSAAPI WSAUnhookBlockingHook(void);
BOOL WSAAPI WSAIsBlocking(void);
int WSAAPI WSACancelBlockingCall(void);

/* Asynchronous lookups. The message wMsg has the handle as its wParam, and the error and the size
 * as its lParam. */

#define MAXGETHOSTSTRUCT 1024
#define WSAMAKEASYNCREPLY(buflen, error) MAKELONG(buflen, error)
#define WSAGETASYNCBUFLEN(lParam) LOWORD(lParam)
#define WSAGETASYNCERROR(lParam) HIWORD(lParam)

HANDLE WSAAPI WSAAsyncGetHostByName(HWND hWnd, u_int wMsg, const char FAR *name, char FAR *buf, int buflen);
HANDLE WSAAPI WSAAsyncGetHostByAddr(HWND hWnd, u_int wMsg, const char FAR *addr, int len, int type, char FAR *buf,
                                    int buflen);
HANDLE WSAAPI WSAAsyncGetServByName(HWND hWnd, u_int wMsg, const char FAR *name, const char FAR *proto, char FAR *buf,
                                    int buflen);
HANDLE WSAAPI WSAAsyncGetServByPort(HWND hWnd, u_int wMsg, int port, const char FAR *proto, char FAR *buf, int buflen);
HANDLE WSAAPI WSAAsyncGetProtoByName(HWND hWnd, u_int wMsg, const char FAR *name, char FAR *buf, int buflen);
HANDLE WSAAPI WSAAsyncGetProtoByNumber(HWND hWnd, u_int wMsg, int number, char FAR *buf, int buflen);
int WSAAPI WSACancelAsyncRequest(HANDLE hAsyncTaskHandle);

/* There are no sockets. The C library declares some of these functions, which fail here or have
 * another meaning. So no program compiles that calls one. The types are those of the C library. */

#define WS2_32_NO_SOCKETS                                                                                              \
    __attribute__((unavailable("winsock-async looks names up and has no sockets; leave the call out #ifdef __wasm__")))
int accept(int s, struct sockaddr *addr, socklen_t *addrlen) WS2_32_NO_SOCKETS;
int bind(int s, const struct sockaddr *name, socklen_t namelen) WS2_32_NO_SOCKETS;
int closesocket(SOCKET s) WS2_32_NO_SOCKETS;
int connect(int s, const struct sockaddr *name, socklen_t namelen) WS2_32_NO_SOCKETS;
int getpeername(int s, struct sockaddr *name, socklen_t *namelen) WS2_32_NO_SOCKETS;
int getsockname(int s, struct sockaddr *name, socklen_t *namelen) WS2_32_NO_SOCKETS;
int getsockopt(int s, int level, int optname, void *optval, socklen_t *optlen) WS2_32_NO_SOCKETS;
int ioctlsocket(SOCKET s, long cmd, u_long FAR *argp) WS2_32_NO_SOCKETS;
int listen(int s, int backlog) WS2_32_NO_SOCKETS;
ssize_t recv(int s, void *buf, size_t len, int flags) WS2_32_NO_SOCKETS;
ssize_t recvfrom(int s, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *fromlen) WS2_32_NO_SOCKETS;
int select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds, struct timeval *timeout) WS2_32_NO_SOCKETS;
ssize_t send(int s, const void *buf, size_t len, int flags) WS2_32_NO_SOCKETS;
ssize_t sendto(int s, const void *buf, size_t len, int flags, const struct sockaddr *to,
               socklen_t tolen) WS2_32_NO_SOCKETS;
int setsockopt(int s, int level, int optname, const void *optval, socklen_t optlen) WS2_32_NO_SOCKETS;
int shutdown(int s, int how) WS2_32_NO_SOCKETS;
int socket(int af, int type, int protocol) WS2_32_NO_SOCKETS;
/* For the message that never comes */
#define WSAMAKESELECTREPLY(event, error) MAKELONG(event, error)
#define WSAGETSELECTEVENT(lParam) LOWORD(lParam)
#define WSAGETSELECTERROR(lParam) HIWORD(lParam)
#define FD_READ 0x01
#define FD_WRITE 0x02
#define FD_OOB 0x04
#define FD_ACCEPT 0x08
#define FD_CONNECT 0x10
#define FD_CLOSE 0x20
int WSAAPI WSAAsyncSelect(SOCKET s, HWND hWnd, u_int wMsg, long lEvent) WS2_32_NO_SOCKETS;
int WSAAPI __WSAFDIsSet(SOCKET s, fd_set FAR *set) WS2_32_NO_SOCKETS;

/* Errors */

#define WSABASEERR 10000
#define WSAEINTR 10004
#define WSAEBADF 10009
#define WSAEACCES 10013
#define WSAEFAULT 10014
#define WSAEINVAL 10022
#define WSAEMFILE 10024
#define WSAEWOULDBLOCK 10035
#define WSAEINPROGRESS 10036
#define WSAEALREADY 10037
#define WSAENOTSOCK 10038
#define WSAEDESTADDRREQ 10039
#define WSAEMSGSIZE 10040
#define WSAEPROTOTYPE 10041
#define WSAENOPROTOOPT 10042
#define WSAEPROTONOSUPPORT 10043
#define WSAESOCKTNOSUPPORT 10044
#define WSAEOPNOTSUPP 10045
#define WSAEPFNOSUPPORT 10046
#define WSAEAFNOSUPPORT 10047
#define WSAEADDRINUSE 10048
#define WSAEADDRNOTAVAIL 10049
#define WSAENETDOWN 10050
#define WSAENETUNREACH 10051
#define WSAENETRESET 10052
#define WSAECONNABORTED 10053
#define WSAECONNRESET 10054
#define WSAENOBUFS 10055
#define WSAEISCONN 10056
#define WSAENOTCONN 10057
#define WSAESHUTDOWN 10058
#define WSAETOOMANYREFS 10059
#define WSAETIMEDOUT 10060
#define WSAECONNREFUSED 10061
#define WSAELOOP 10062
#define WSAENAMETOOLONG 10063
#define WSAEHOSTDOWN 10064
#define WSAEHOSTUNREACH 10065
#define WSAENOTEMPTY 10066
#define WSAEPROCLIM 10067
#define WSAEUSERS 10068
#define WSAEDQUOT 10069
#define WSAESTALE 10070
#define WSAEREMOTE 10071
#define WSASYSNOTREADY 10091
#define WSAVERNOTSUPPORTED 10092
#define WSANOTINITIALISED 10093
#define WSAEDISCON 10101
#define WSAENOMORE 10102
#define WSAECANCELLED 10103
#define WSAEINVALIDPROCTABLE 10104
#define WSAEINVALIDPROVIDER 10105
#define WSAEPROVIDERFAILEDINIT 10106
#define WSASYSCALLFAILURE 10107
#define WSASERVICE_NOT_FOUND 10108
#define WSATYPE_NOT_FOUND 10109
#define WSA_E_NO_MORE 10110
#define WSA_E_CANCELLED 10111
#define WSAEREFUSED 10112
#define WSAHOST_NOT_FOUND 11001
#define WSATRY_AGAIN 11002
#define WSANO_RECOVERY 11003
#define WSANO_DATA 11004
#define WSA_QOS_RECEIVERS 11005
#define WSA_QOS_SENDERS 11006
#define WSA_QOS_NO_SENDERS 11007
#define WSA_QOS_NO_RECEIVERS 11008
#define WSA_QOS_REQUEST_CONFIRMED 11009
#define WSA_QOS_ADMISSION_FAILURE 11010
#define WSA_QOS_POLICY_FAILURE 11011
#define WSA_QOS_BAD_STYLE 11012
#define WSA_QOS_BAD_OBJECT 11013
#define WSA_QOS_TRAFFIC_CTRL_ERROR 11014
#define WSA_QOS_GENERIC_ERROR 11015
#define WSA_QOS_ESERVICETYPE 11016
#define WSA_QOS_EFLOWSPEC 11017
#define WSA_QOS_EPROVSPECBUF 11018
#define WSA_QOS_EFILTERSTYLE 11019
#define WSA_QOS_EFILTERTYPE 11020
#define WSA_QOS_EFILTERCOUNT 11021
#define WSA_QOS_EOBJLENGTH 11022
#define WSA_QOS_EFLOWCOUNT 11023
#define WSA_QOS_EUNKOWNPSOBJ 11024
#define WSA_QOS_EPOLICYOBJ 11025
#define WSA_QOS_EFLOWDESC 11026
#define WSA_QOS_EPSFLOWSPEC 11027
#define WSA_QOS_EPSFILTERSPEC 11028
#define WSA_QOS_ESDMODEOBJ 11029
#define WSA_QOS_ESHAPERATEOBJ 11030
#define WSA_QOS_RESERVED_PETYPE 11031

#define WSANO_ADDRESS WSANO_DATA
#define HOST_NOT_FOUND WSAHOST_NOT_FOUND
#define TRY_AGAIN WSATRY_AGAIN
#define NO_RECOVERY WSANO_RECOVERY
#define NO_DATA WSANO_DATA
#define NO_ADDRESS WSANO_ADDRESS
#define h_errno WSAGetLastError()

#ifdef __cplusplus
}
#endif

/* The layouts that the library writes. A wrong one makes an array of -1 elements, which is an
 * error. */
typedef char ws2_32_wsadata_is_400_bytes[sizeof(WSADATA) == 400 ? 1 : -1];
typedef char ws2_32_in_addr_is_4_bytes[sizeof(struct in_addr) == 4 ? 1 : -1];
typedef char ws2_32_sockaddr_in_is_16_bytes[sizeof(struct sockaddr_in) == 16 ? 1 : -1];
typedef char ws2_32_hostent_is_16_bytes[sizeof(struct hostent) == 16 ? 1 : -1];
typedef char ws2_32_servent_is_16_bytes[sizeof(struct servent) == 16 ? 1 : -1];
typedef char ws2_32_protoent_is_12_bytes[sizeof(struct protoent) == 12 ? 1 : -1];

#endif
