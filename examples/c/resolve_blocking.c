/*
 * RESOLVE_BLOCKING.C - looks hosts up with gethostbyname.
 *
 * The call blocks, and runs a blocking hook meanwhile. Ours dispatches
 * messages, as the default one does, and gives up after a second.
 */

#include <winsock.h>
#include <stdio.h>

#define PATIENCE 1000 /* milliseconds */

static DWORD dwStarted;

static BOOL CALLBACK BlockingHook(void)
{
    MSG msg;
    BOOL fDispatched = PeekMessage(&msg, NULL, 0, 0, PM_REMOVE);

    if (fDispatched) {
        TranslateMessage(&msg);
        DispatchMessage(&msg);
    }
    if (GetTickCount() - dwStarted >= PATIENCE)
        WSACancelBlockingCall();
    return fDispatched;
}

static BOOL Resolve(const char *pszHost)
{
    LPHOSTENT lpHost;
    int i;

    dwStarted = GetTickCount();
    lpHost = gethostbyname(pszHost);
    if (lpHost == NULL) {
        int nError = WSAGetLastError();
        if (nError == WSAEINTR)
            printf("%s: gave up\n", pszHost);
        else if (nError == WSAHOST_NOT_FOUND)
            printf("%s: no such host\n", pszHost);
        else
            printf("%s: error %d\n", pszHost, nError);
        return FALSE;
    }
    printf("%s:", lpHost->h_name);
    for (i = 0; lpHost->h_addr_list[i] != NULL; i++)
        printf(" %s", inet_ntoa(*(LPIN_ADDR)lpHost->h_addr_list[i]));
    printf("\n");
    return TRUE;
}

int main(int argc, char *argv[])
{
    WSADATA wsaData;
    int i, nFailed = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: resolve_blocking HOST...\n");
        return 2;
    }
    /* Blocking hooks need version 1.1. */
    if (WSAStartup(MAKEWORD(1, 1), &wsaData) != 0)
        return 2;
    WSASetBlockingHook((FARPROC)BlockingHook);
    for (i = 1; i < argc; i++)
        if (!Resolve(argv[i]))
            nFailed++;
    WSAUnhookBlockingHook();
    WSACleanup();
    return nFailed != 0;
}
