//! What `winsock2.h` declares.
