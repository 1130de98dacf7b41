/*
 * HOSTINFO.C - looks up the hosts on its command line, all at once.
 *
 * Each host is one WSAAsyncGetHostByName. Those that have no answer after
 * two seconds are cancelled.
 */

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winsock2.h>
#include <stdio.h>
#include <string.h>

#define WM_HOSTINFO (WM_USER + 1)
#define TIMER_ID 1
#define PATIENCE 2000 /* milliseconds */
#define MAX_HOSTS 32

typedef struct tagLOOKUP {
    HANDLE hTask; /* NULL when it is over */
    char szHost[256];
    char achBuffer[MAXGETHOSTSTRUCT];
} LOOKUP;

static const char szAppName[] = "HostInfo";
static LOOKUP aLookups[MAX_HOSTS];
static int cLookups;
static int cPending;
static int cFailed;

/* Ends a lookup, and with the last one the program. */
static void Finish(HWND hwnd, LOOKUP *pLookup, BOOL fAnswered)
{
    pLookup->hTask = NULL;
    if (!fAnswered)
        cFailed++;
    if (--cPending == 0)
        DestroyWindow(hwnd);
}

static void StartLookups(HWND hwnd)
{
    int i;

    for (i = 0; i < cLookups; i++) {
        LOOKUP *pLookup = &aLookups[i];
        cPending++;
        pLookup->hTask = WSAAsyncGetHostByName(hwnd, WM_HOSTINFO, pLookup->szHost, pLookup->achBuffer,
                                               sizeof(pLookup->achBuffer));
        if (pLookup->hTask == NULL) {
            printf("%s: not started, error %d\n", pLookup->szHost, WSAGetLastError());
            cPending--;
            cFailed++;
        }
    }
    if (cPending == 0)
        DestroyWindow(hwnd);
    else
        SetTimer(hwnd, TIMER_ID, PATIENCE, NULL);
}

static void OnHostInfo(HWND hwnd, HANDLE hTask, WORD wError)
{
    int i, j;

    for (i = 0; i < cLookups; i++) {
        LOOKUP *pLookup = &aLookups[i];
        if (pLookup->hTask != hTask)
            continue;
        if (wError != 0) {
            printf("%s: error %u\n", pLookup->szHost, wError);
        } else {
            LPHOSTENT lpHost = (LPHOSTENT)pLookup->achBuffer;
            printf("%s: %s", pLookup->szHost, lpHost->h_name);
            for (j = 0; lpHost->h_addr_list[j] != NULL; j++)
                printf(" %s", inet_ntoa(*(LPIN_ADDR)lpHost->h_addr_list[j]));
            printf("\n");
        }
        Finish(hwnd, pLookup, wError == 0);
        return;
    }
}

/* Cancels the pending lookups. The message of one that has just completed still comes. */
static void OnTimer(HWND hwnd)
{
    int i;

    KillTimer(hwnd, TIMER_ID);
    for (i = 0; i < cLookups; i++) {
        LOOKUP *pLookup = &aLookups[i];
        if (pLookup->hTask != NULL && WSACancelAsyncRequest(pLookup->hTask) == 0) {
            printf("%s: cancelled\n", pLookup->szHost);
            Finish(hwnd, pLookup, FALSE);
        }
    }
}

LRESULT CALLBACK WndProc(HWND hwnd, UINT message, WPARAM wParam, LPARAM lParam)
{
    switch (message) {
    case WM_HOSTINFO:
        OnHostInfo(hwnd, (HANDLE)wParam, WSAGETASYNCERROR(lParam));
        return 0;
    case WM_TIMER:
        OnTimer(hwnd);
        return 0;
    case WM_DESTROY:
        PostQuitMessage(cFailed != 0);
        return 0;
    }
    return DefWindowProc(hwnd, message, wParam, lParam);
}

int PASCAL WinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance, LPSTR lpCmdLine, int nCmdShow)
{
    WNDCLASS wc;
    WSADATA wsaData;
    HWND hwnd;
    MSG msg;
    char *pszHost;

    UNREFERENCED_PARAMETER(hPrevInstance);
    for (pszHost = strtok(lpCmdLine, " "); pszHost != NULL && cLookups < MAX_HOSTS; pszHost = strtok(NULL, " "))
        strncpy(aLookups[cLookups++].szHost, pszHost, sizeof(aLookups[0].szHost) - 1);
    if (cLookups == 0 || WSAStartup(MAKEWORD(1, 1), &wsaData) != 0) {
        MessageBox(NULL, "Usage: hostinfo HOST...", szAppName, MB_OK | MB_ICONSTOP);
        return 2;
    }

    ZeroMemory(&wc, sizeof(wc));
    wc.lpfnWndProc = WndProc;
    wc.hInstance = hInstance;
    wc.lpszClassName = szAppName;
    RegisterClass(&wc);
    hwnd = CreateWindow(szAppName, szAppName, WS_OVERLAPPEDWINDOW, CW_USEDEFAULT, CW_USEDEFAULT, CW_USEDEFAULT,
                        CW_USEDEFAULT, NULL, NULL, hInstance, NULL);
    ShowWindow(hwnd, nCmdShow);
    StartLookups(hwnd);

    while (GetMessage(&msg, NULL, 0, 0) > 0) {
        TranslateMessage(&msg);
        DispatchMessage(&msg);
    }
    WSACleanup();
    return (int)msg.wParam;
}
