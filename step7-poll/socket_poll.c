/* Step 7 in C: poll(2) on 127.0.0.1, with the port as argument; tells the port. */
/* Sends back what it receives, all clients in one thread. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536, MOST = 65536 };

/* What waits to be sent to a client: if nothing does, it has no buffer. */
struct client {
    char *buf;
    size_t length, sent;
};

/* The listening socket is fds[0]; clients[i] belongs to fds[i]. */
static struct pollfd fds[MOST];
static struct client clients[MOST];

/* Receives if nothing waits, then sends: each once, for other clients wait, too. */
/* Returns false when the client leaves. */
static bool echo(int fd, struct client *client)
{
    if (client->buf == NULL) {
        client->buf = malloc(BUFFER);
        if (client->buf == NULL) {
            perror("malloc");
            return false;
        }
        ssize_t received = recv(fd, client->buf, BUFFER, 0);
        if (received <= 0) {
            bool again = received < 0 && errno == EAGAIN;
            if (received < 0 && !again) {
                perror("recv");
            }
            free(client->buf);
            client->buf = NULL;
            return again;
        }
        client->length = received;
        client->sent = 0;
    }
    ssize_t part = send(fd, client->buf + client->sent, client->length - client->sent, 0);
    if (part < 0 && errno != EAGAIN) {
        perror("send");
        return false;
    }
    client->sent += part > 0 ? part : 0;
    if (client->sent == client->length) {
        free(client->buf);
        client->buf = NULL;
    }
    return true;
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
    nfds_t count = 1;
    fds[0].fd = fd;
    bool full = false;
    for (;;) {
        /* Out of descriptors, poll(2) would return at once for whoever can't be accepted. */
        fds[0].events = full ? 0 : POLLIN;
        if (poll(fds, count, full ? 100 : -1) < 0) {
            perror("poll");
            return 1;
        }
        /* Backwards: the last client takes the place of one that leaves. */
        for (nfds_t i = count - 1; i > 0; i--) {
            if (fds[i].revents == 0) {
                continue;
            }
            if (echo(fds[i].fd, &clients[i])) {
                fds[i].events = clients[i].buf != NULL ? POLLOUT : POLLIN;
                continue;
            }
            close(fds[i].fd);
            free(clients[i].buf);
            count--;
            fds[i] = fds[count];
            clients[i] = clients[count];
        }
        if (fds[0].revents == 0 && !full) {
            continue;
        }
        int client;
        struct sockaddr_in peer;
        while (length = sizeof peer,
               (client = accept(fd, (struct sockaddr *)&peer, &length)) >= 0) {
            if (count == MOST || fcntl(client, F_SETFL, O_NONBLOCK) < 0) {
                close(client);
                continue;
            }
            fds[count] = (struct pollfd){.fd = client, .events = POLLIN};
            clients[count] = (struct client){.buf = NULL};
            count++;
        }
        bool failed = errno != EAGAIN && errno != ECONNABORTED;
        if (failed && !full) {
            perror("accept");
        }
        full = failed;
    }
}
