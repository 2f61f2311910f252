/* Step 4 in C: accept(2) on 127.0.0.1, with the port as argument; tells the port. */
/* Sends back what it receives, one client at a time. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void echo(int client)
{
    char buf[65536];
    ssize_t received;
    while ((received = recv(client, buf, sizeof buf, 0)) > 0) {
        for (ssize_t sent = 0; sent < received;) {
            ssize_t part = send(client, buf + sent, received - sent, 0);
            if (part < 0) {
                perror("send");
                return;
            }
            sent += part;
        }
    }
    if (received < 0) {
        perror("recv");
    }
}

int main(int argc, char **argv)
{
    /* A client that has gone is an error of send(2), not the end of the server. */
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(argc > 1 ? atoi(argv[1]) : 4444),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
        perror("socket");
        return 1;
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("bind");
        return 1;
    }
    if (listen(fd, 128) < 0) {
        perror("listen");
        return 1;
    }
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        perror("getsockname");
        return 1;
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct sockaddr_in peer;
        length = sizeof peer;
        int client = accept(fd, (struct sockaddr *)&peer, &length);
        if (client < 0) {
            perror("accept");
            return 1;
        }
        echo(client);
        close(client);
    }
}
