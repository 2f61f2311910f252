/* Step 8 in C: epoll(7) on 127.0.0.1, with the port as argument; tells the port. */
/* Sends back what it receives, all clients in one thread; asks for each only once. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536, EVENTS = 64, ROUNDS = 16 };

struct client {
    int fd;
    char *buf; /* what waits to be sent: if nothing does, there is no buffer */
    size_t length, sent;
};

enum turn { DRAINED, MORE, GONE };

/* Receives and sends until the kernel has no more, or others have waited long enough. */
static enum turn echo(struct client *client)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (client->buf == NULL) {
            client->buf = malloc(BUFFER);
            if (client->buf == NULL) {
                perror("malloc");
                return GONE;
            }
            ssize_t received = recv(client->fd, client->buf, BUFFER, 0);
            if (received <= 0) {
                bool again = received < 0 && errno == EAGAIN;
                if (received < 0 && !again) {
                    perror("recv");
                }
                free(client->buf);
                client->buf = NULL;
                return again ? DRAINED : GONE;
            }
            client->length = received;
            client->sent = 0;
        }
        ssize_t part = send(client->fd, client->buf + client->sent,
                            client->length - client->sent, 0);
        if (part < 0 && errno == EAGAIN) {
            return DRAINED;
        }
        if (part < 0) {
            perror("send");
            return GONE;
        }
        client->sent += part;
        if (client->sent == client->length) {
            free(client->buf);
            client->buf = NULL;
        }
    }
    return MORE;
}

/* Asks epoll(7) to tell whatever becomes possible with a client from now on. */
static int ask(int epoll, int operation, struct client *client)
{
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
        .data.ptr = client,
    };
    return epoll_ctl(epoll, operation, client->fd, &event);
}

static void leave(struct client *client)
{
    close(client->fd);
    free(client->buf);
    free(client);
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
    if (listen(fd, 128) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
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
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        perror("epoll_create1");
        return 1;
    }
    bool full = false;
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, full ? 100 : -1);
        if (count < 0 && errno != EINTR) {
            perror("epoll_wait");
            return 1;
        }
        bool waiting = full;
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) {
                waiting = true;
                continue;
            }
            enum turn turn = echo(client);
            /* MOD makes the kernel tell once more, after all the others. */
            if (turn == GONE || (turn == MORE && ask(epoll, EPOLL_CTL_MOD, client) < 0)) {
                leave(client);
            }
        }
        if (!waiting) {
            continue;
        }
        int client_fd;
        struct sockaddr_in peer;
        while (length = sizeof peer,
               (client_fd = accept(fd, (struct sockaddr *)&peer, &length)) >= 0) {
            struct client *client = calloc(1, sizeof *client);
            if (client == NULL) {
                perror("calloc");
                close(client_fd);
                continue;
            }
            client->fd = client_fd;
            if (fcntl(client_fd, F_SETFL, O_NONBLOCK) < 0 ||
                ask(epoll, EPOLL_CTL_ADD, client) < 0) {
                perror("epoll_ctl");
                leave(client);
            }
        }
        /* Out of descriptors: nothing tells when one is free, so it tries again later. */
        bool failed = errno != EAGAIN;
        if (failed && !full) {
            perror("accept");
        }
        full = failed;
    }
}
