/* banned: calls that have a safer form here; using one is a compile error. Include last. */
#ifndef EVD_BANNED_H
#define EVD_BANNED_H
#if defined(__GNUC__) && !defined(EVD_NO_BANNED)
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat gets strtok
#pragma GCC poison gmtime localtime ctime asctime atoi atol alloca system popen tmpnam mktemp
#endif
#endif
