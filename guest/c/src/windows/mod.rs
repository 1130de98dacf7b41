//! What `windows.h` declares.
