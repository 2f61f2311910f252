/* Step 6 in C: pthread_create(3), with the port as argument; tells the port. */
/* Sends back what it receives, each client in a thread of its own. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void *serve(void *argument)
{
    int client = (intptr_t)argument;
    echo(client);
    close(client);
    return NULL;
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
    bool full = false;
    for (;;) {
        struct sockaddr_in peer;
        length = sizeof peer;
        int client = accept(fd, (struct sockaddr *)&peer, &length);
        if (client < 0 && errno == ECONNABORTED) {
            continue;
        }
        if (client < 0) {
            /* Out of descriptors: until a client leaves, each further try fails, too. */
            if (!full) {
                perror("accept");
            }
            full = true;
            poll(NULL, 0, 100);
            continue;
        }
        full = false;
        pthread_t thread;
        int error = pthread_create(&thread, NULL, serve, (void *)(intptr_t)client);
        if (error != 0) {
            fprintf(stderr, "pthread_create: %s\n", strerror(error));
            close(client);
            continue;
        }
        pthread_detach(thread);
    }
}
