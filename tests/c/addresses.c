/* Byte order, and addresses as text. These calls work before start-up. */

#include "check.h"

static void text_to_address(void)
{
    static const struct {
        const char *text;
        u_long address; /* in host byte order */
    } good[] = {
        {"127.0.0.1", 0x7f000001},        {"255.255.255.254", 0xfffffffe}, {"0.0.0.0", 0},
        {"1.2.3", 0x01020003},            {"1.2", 0x01000002},             {"16909060", 0x01020304},
        {"0x7f.0.0.01", 0x7f000001},      {"0177.0.0.010", 0x7f000008},    {"0xC0A80001", 0xc0a80001},
        {"1.2.65535", 0x0102ffff},        {"1.16777215", 0x01ffffff},
    };
    static const char *const wrong[] = {"",          "localhost", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.2.65536",
                                        "1.16777216", "08.1.1.1", "0x",        "1..2",      "1.",        "-1",
                                        "4294967296", "1,2",      "1.2.3.4x"};
    size_t i;

    for (i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_NUMBER(inet_addr(good[i].text), htonl(good[i].address));
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_NUMBER(inet_addr(wrong[i]), INADDR_NONE);
}

static void address_to_text(void)
{
    struct in_addr address;

    address.s_addr = inet_addr("192.0.2.200");
    CHECK(strcmp(inet_ntoa(address), "192.0.2.200") == 0);
    CHECK_NUMBER(address.s_net, 192);
    CHECK_NUMBER(address.s_impno, 200);
    address.S_un.S_un_b.s_b1 = 255;
    address.S_un.S_un_b.s_b2 = 255;
    address.S_un.S_un_b.s_b3 = 255;
    address.S_un.S_un_b.s_b4 = 255;
    CHECK(strcmp(inet_ntoa(address), "255.255.255.255") == 0);
    CHECK_NUMBER(address.s_addr, INADDR_BROADCAST);
    address.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(strcmp(inet_ntoa(address), "127.0.0.1") == 0);
}

static void byte_order(void)
{
    static const unsigned char bytes[4] = {1, 2, 3, 4};
    u_long number;
    u_short half;

    /* S-R11 */
    memcpy(&number, bytes, sizeof number);
    memcpy(&half, bytes, sizeof half);
    CHECK_NUMBER(htonl(0x01020304), number);
    CHECK_NUMBER(ntohl(number), 0x01020304);
    CHECK_NUMBER(htons(0x0102), half);
    CHECK_NUMBER(ntohs(half), 0x0102);
    CHECK_NUMBER(ntohl(htonl(0xdeadbeef)), (long)0xdeadbeef);
    CHECK_NUMBER(ntohs(htons(0xffee)), 0xffee);
}

int main(void)
{
    text_to_address();
    address_to_text();
    byte_order();
    return check_result();
}
