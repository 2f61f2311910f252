/* Step 0 in C: gethostbyname(3), with the name as argument. */

#define _DEFAULT_SOURCE /* herror */

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct hostent *host = gethostbyname(argc > 1 ? argv[1] : "localhost");
    if (host == NULL) {
        herror("gethostbyname");
        return 1;
    }
    printf("%s\n", inet_ntoa(*(struct in_addr *)host->h_addr_list[0]));
    return 0;
}
