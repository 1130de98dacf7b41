/* Uses the C library and Winsock. Each headers_*.c includes the headers of both in another
 * order. */

/* The C library side. */
static int libc_side(void)
{
    char text[32];
    time_t now = time(NULL);

    errno = 0;
    sprintf(text, "%d", ENOENT);
    return strlen(text) == 2 && now != (time_t)-1 && (ssize_t)-1 < 0 && errno == 0 && sizeof(struct sockaddr) >= 16;
}

/* The Winsock side. */
static int winsock_side(void)
{
    WSADATA data;
    SOCKADDR_IN address;
    struct hostent *host;
    struct in_addr in;
    u_short port = htons(80);
    int is_right;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = port;
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    in = address.sin_addr;
    if (WSAStartup(MAKEWORD(1, 1), &data) != 0)
        return 0;
    host = gethostbyname("known.test");
    /* S-R9: the names have the layouts of Winsock. */
    is_right = host != NULL && sizeof(*host) == 16 && sizeof host->h_length == 2 && host->h_addrtype == AF_INET &&
               strcmp(inet_ntoa(in), "127.0.0.1") == 0 && ntohs(port) == 80 && h_errno == WSAGetLastError();
    return WSACleanup() == 0 && is_right;
}

int main(void)
{
    return !(libc_side() && winsock_side());
}
