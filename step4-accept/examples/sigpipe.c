/* The other end has closed the connection. What does the second send do to a C program?
 *
 * cc -o sigpipe sigpipe.c && ./sigpipe; echo $?
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int check(int result, const char *call)
{
    if (result == -1) {
        perror(call);
        exit(1);
    }
    return result;
}

int main(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;
    char buf[16];

    /* Port 0: the kernel chooses one, and getsockname says which. */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(server, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(server, 128), "listen");
    check(getsockname(server, (struct sockaddr *)&address, &length), "getsockname");
    int client = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(connect(client, (struct sockaddr *)&address, sizeof address), "connect");
    int accepted = check(accept(server, NULL, NULL), "accept");

    check(close(accepted), "close");
    printf("recv: %zd\n", recv(client, buf, sizeof buf, 0));
    printf("first send: %zd\n", send(client, "Hello!", 6, 0));
    fflush(stdout);
    usleep(100000); /* RST takes a moment. */

    /* SIGPIPE ends the program here, unless it is ignored: signal(SIGPIPE, SIG_IGN), or
     * MSG_NOSIGNAL in place of the 0. Then send returns -1, and errno is EPIPE. */
    printf("second send: %zd\n", send(client, "Hello!", 6, 0));
    return 0;
}
