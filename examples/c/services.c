/*
 * SERVICES.C - looks up services and protocols, by name and by number.
 *
 * A number, such as 53 or 53/udp, is a port; NAME/PROTOCOL is a service. Any
 * other name is a service of whichever protocol is first, or a protocol.
 */

#include <winsock.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WM_ANSWER (WM_USER + 1)

static char achBuffer[MAXGETHOSTSTRUCT];

/* Waits for one answer. A program without windows gets it as a message of the thread. */
static BOOL Wait(HANDLE hTask)
{
    MSG msg;

    if (hTask == NULL)
        return FALSE;
    while (GetMessage(&msg, NULL, WM_ANSWER, WM_ANSWER) > 0)
        if (msg.wParam == (WPARAM)hTask)
            return WSAGETASYNCERROR(msg.lParam) == 0;
    return FALSE;
}

static void ShowService(void)
{
    LPSERVENT lpServ = (LPSERVENT)achBuffer;
    int i;

    printf("service %s, port %u/%s", lpServ->s_name, ntohs((u_short)lpServ->s_port), lpServ->s_proto);
    for (i = 0; lpServ->s_aliases[i] != NULL; i++)
        printf(", alias %s", lpServ->s_aliases[i]);
    printf("\n");
}

static void ShowProtocol(void)
{
    LPPROTOENT lpProto = (LPPROTOENT)achBuffer;

    printf("protocol %s, number %d\n", lpProto->p_name, lpProto->p_proto);
}

static BOOL Lookup(char *pszWhat)
{
    char *pszProto = strchr(pszWhat, '/');

    printf("%s: ", pszWhat);
    if (pszProto != NULL)
        *pszProto++ = '\0';
    if (isdigit((unsigned char)pszWhat[0])) {
        u_short nPort = htons((u_short)atoi(pszWhat));
        if (Wait(WSAAsyncGetServByPort(NULL, WM_ANSWER, nPort, pszProto, achBuffer, sizeof(achBuffer)))) {
            ShowService();
            return TRUE;
        }
    } else if (Wait(WSAAsyncGetServByName(NULL, WM_ANSWER, pszWhat, pszProto, achBuffer, sizeof(achBuffer)))) {
        ShowService();
        return TRUE;
    } else if (pszProto == NULL &&
               Wait(WSAAsyncGetProtoByName(NULL, WM_ANSWER, pszWhat, achBuffer, sizeof(achBuffer)))) {
        ShowProtocol();
        return TRUE;
    }
    printf("not found\n");
    return FALSE;
}

int main(int argc, char *argv[])
{
    WSADATA wsaData;
    int i, nFailed = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: services NAME[/PROTOCOL]|PORT[/PROTOCOL]...\n");
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0)
        return 2;
    for (i = 1; i < argc; i++)
        if (!Lookup(argv[i]))
            nFailed++;
    /* A protocol by its number. */
    if (Wait(WSAAsyncGetProtoByNumber(NULL, WM_ANSWER, IPPROTO_TCP, achBuffer, sizeof(achBuffer))))
        ShowProtocol();
    WSACleanup();
    return nFailed != 0;
}
