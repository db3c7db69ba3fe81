/* What this machine can do: the smallest broadcast server. limit PORT BATCH
 * BATCH 1: one send() a message and receiver. BATCH n: what has come in, up to n messages, in one send() a receiver.
 * Speaks WebSocket on /ws/ROOM/; every text goes to all of its room. Frames are taken to arrive whole. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOMS_MAX = 1024, MEMBERS_MAX = 4096, WAITING_MAX = 1 << 20, READ_MAX = 1 << 17, EVENTS = 256 };
typedef struct {
    int fd, room, place; /* place among the members; -1 = not upgraded yet */
} Connection;
typedef struct {
    Connection *members[MEMBERS_MAX];
    int member_count, waiting_bytes, waiting_count;
    uint8_t waiting[WAITING_MAX];
} Room;

static Room *rooms[ROOMS_MAX];
static int epoll, batch;

/* The generator does not look at the accept key, and whoever else asks has the wrong server. */
static const char UPGRADE[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void flush_room(Room *room) {
    for (int i = 0; i < room->member_count; i++)
        send(room->members[i]->fd, room->waiting, room->waiting_bytes, MSG_NOSIGNAL);
    room->waiting_bytes = room->waiting_count = 0;
}

static void add_text(Room *room, const uint8_t *text, const uint8_t *mask, int bytes) {
    if (room->waiting_bytes + bytes + 4 > WAITING_MAX) flush_room(room);
    uint8_t *out = room->waiting + room->waiting_bytes;
    *out++ = 0x81;
    if (bytes < 126) *out++ = bytes;
    else *out++ = 126, *out++ = bytes >> 8, *out++ = bytes;
    for (int i = 0; i < bytes; i++) *out++ = text[i] ^ mask[i & 3];
    room->waiting_bytes = out - room->waiting;
    if (++room->waiting_count >= batch) flush_room(room);
}

static void join(Connection *c, const char *request) {
    const char *path = strstr(request, "/ws/");
    c->room = path ? atoi(path + 4) % ROOMS_MAX : 0;
    if (!rooms[c->room]) rooms[c->room] = calloc(1, sizeof(Room));
    Room *room = rooms[c->room];
    c->place = room->member_count++;
    room->members[c->place] = c;
    send(c->fd, UPGRADE, sizeof UPGRADE - 1, MSG_NOSIGNAL);
}

static void leave(Connection *c) {
    if (c->place >= 0) {
        Room *room = rooms[c->room];
        Connection *last = room->members[--room->member_count];
        room->members[last->place = c->place] = last;
    }
    close(c->fd);
    free(c);
}

static void read_frames(Connection *c, const uint8_t *b, int left) {
    while (left >= 6) {
        int bytes = b[1] & 127, head = 6;
        if (bytes == 126) bytes = b[2] << 8 | b[3], head = 8;
        if (left < head + bytes) return;
        if ((b[0] & 15) == 1) add_text(rooms[c->room], b + head, b + head - 4, bytes);
        b += head + bytes, left -= head + bytes;
    }
}

static void read_some(Connection *c) {
    static uint8_t bytes[READ_MAX + 1];
    ssize_t count = recv(c->fd, bytes, READ_MAX, 0);
    if (count <= 0) {
        leave(c);
        return;
    }
    bytes[count] = 0;
    if (c->place < 0) join(c, (const char *)bytes);
    else read_frames(c, bytes, count);
}

static void accept_all(int listening) {
    int one = 1, fd;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        Connection *c = malloc(sizeof *c);
        *c = (Connection){.fd = fd, .place = -1};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.ptr = c}});
    }
}

static int listen_at(int port) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&at, sizeof at) || listen(fd, 4096)) exit(1);
    return fd;
}

int main(int count, char **words) {
    if (count != 3) return 2;
    batch = atoi(words[2]);
    epoll = epoll_create1(0);
    int listening = listen_at(atoi(words[1]));
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &(struct epoll_event){EPOLLIN, {.ptr = NULL}});
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr) read_some(events[i].data.ptr);
            else accept_all(listening);
        for (int i = 0; i < ROOMS_MAX; i++)
            if (rooms[i] && rooms[i]->waiting_count) flush_room(rooms[i]);
    }
}
