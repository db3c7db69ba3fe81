/* Connections and frames. */
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SCRATCH = 1 << 20, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10, EVENTS = 1024 };
static uint8_t scratch[SCRATCH];
static int epoll;
int joined, opening, away, refused_handshakes;
uint64_t reads, bytes_in;

void start_wire(void) { epoll = epoll_create1(0); }

static void watch(Connection *c, int how, uint32_t events) {
    struct epoll_event event = {events, {.ptr = c}};
    epoll_ctl(epoll, how, c->fd, &event);
}
void stop_reading(Connection *c) { watch(c, EPOLL_CTL_MOD, 0); }

static void leave(Connection *c, enum State state) {
    if (c->state == JOINED) joined--;
    else if (c->state != AWAY) opening--;
    close(c->fd);
    c->state = state, c->rest_bytes = c->owed_bytes = c->step = 0;
}

/* The other side ended it. Whoever was told when to return does so; anybody else stays gone. */
static void end(Connection *c) {
    if (c->return_at) {
        leave(c, AWAY);
        away++;
    } else {
        if (c->state != JOINED) refused_handshakes++;
        leave(c, GONE);
    }
}

void drop_connection(Connection *c) {
    c->return_at = now();
    leave(c, AWAY);
    away++;
}

void reopen_those_due(void) {
    static double looked_at;
    if (!away || now() - looked_at < 0.005) return;
    looked_at = now();
    for (Connection *c = connections; c < connections + connection_count && opening < options.concurrency; c++)
        if (c->state == AWAY && c->return_at <= looked_at) {
            away--;
            open_connection(c);
        }
}

void open_connection(Connection *c) {
    int one = 1, port = options.ports[(c - connections) % options.port_count];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->state = CONNECTING, c->opened_at = now();
    opening++;
    if (connect(c->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) end(c);
    else watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void write_bytes(Connection *c, const char *bytes, int count) {
    int taken = c->owed_bytes ? 0 : send(c->fd, bytes, count, MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN) return; /* reading will tell */
    if (taken < 0) taken = 0;
    if (taken == count) return;
    c->owed = realloc(c->owed, c->owed_bytes + count - taken);
    memcpy(c->owed + c->owed_bytes, bytes + taken, count - taken);
    c->owed_bytes += count - taken;
    watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void write_owed(Connection *c) {
    int taken = c->owed_bytes ? send(c->fd, c->owed, c->owed_bytes, MSG_NOSIGNAL) : 0;
    if (taken > 0) memmove(c->owed, c->owed + taken, c->owed_bytes -= taken);
    if (!c->owed_bytes) watch(c, EPOLL_CTL_MOD, c->reads || c->state != JOINED ? EPOLLIN : 0);
}

static void send_frame(Connection *c, int opcode, const char *data, int bytes) {
    static char frame[FRAME_MAX + 8];
    uint32_t mask = random();
    int head = bytes < 126 ? 2 : 4;
    frame[0] = 0x80 | opcode, frame[1] = 0x80 | (bytes < 126 ? bytes : 126);
    if (head == 4) frame[2] = bytes >> 8, frame[3] = bytes;
    memcpy(frame + head, &mask, 4);
    for (int i = 0; i < bytes; i++) frame[head + 4 + i] = data[i] ^ ((char *)&mask)[i & 3];
    write_bytes(c, frame, head + 4 + bytes);
}
void send_text(Connection *c, const char *text, int bytes) { send_frame(c, TEXT, text, bytes); }

/* %t token, %r room, %n number, %p payload -> bytes written */
int fill(char *out, const char *pattern, const Connection *c, long room, const char *payload, uint32_t number) {
    char *start = out;
    for (; *pattern; pattern++) {
        char kind = *pattern == '%' ? pattern[1] : 0;
        if (kind == 't') out += sprintf(out, "%s", c->token);
        else if (kind == 'r') out += sprintf(out, "%ld", room);
        else if (kind == 'n') out += sprintf(out, "%u", number);
        else if (kind == 'p') out += sprintf(out, "%s", payload);
        else *out++ = *pattern;
        pattern += strchr("trnp", kind) && kind;
    }
    *out = 0;
    return out - start;
}

static void take_steps(Connection *c) {
    static char text[FRAME_MAX];
    for (; c->step < options.step_count && options.steps[c->step][0] == 'S'; c->step++) {
        const char *step = c->return_at && options.returning ? options.returning : options.steps[c->step] + 1;
        send_text(c, text, fill(text, step, c, rooms[c->rooms[0]].id, "", 0));
    }
    if (c->step < options.step_count) return;
    c->state = JOINED, c->return_at = 0;
    joined++, opening--;
    join_ms_sum += (now() - c->opened_at) * 1e3;
}

static int begins(const char *text, long bytes, const char *with) {
    return bytes >= (long)strlen(with) && !memcmp(text, with, strlen(with));
}

static void step_on(Connection *c, const char *text, long bytes) {
    const char *retry = memmem(text, bytes, "\"retry_after\":", 14), *wanted = options.steps[c->step] + 1;
    if (begins(text, bytes, "{\"type\":\"reconnect\"") && retry)
        c->return_at = now() + atof(retry + 14) + random() % 1000 / 1e4;
    else if (memmem(text, bytes, wanted, strlen(wanted))) {
        c->step++;
        take_steps(c);
    }
}

static void on_text(Connection *c, const char *text, long bytes) {
    if (options.engineio && bytes == 1 && *text == '2') send_text(c, "3", 1);
    else if (c->state == STEPPING) step_on(c, text, bytes);
    else if (begins(text, bytes, "{\"type\":\"ack\"")) {
        note_ack(c, text, bytes);
        if (c->unacked < options.depth) send_from(c);
    } else if (begins(text, bytes, "{\"type\":\"error\"")) note_refusal(c, text, bytes);
    else note_receipts(c, text, bytes);
}

/* -> bytes of the whole frame at the start of `b`, or 0; its data in *data */
static long whole_frame(const uint8_t *b, long left, const uint8_t **data, uint64_t *bytes) {
    int head = left < 2 ? 0 : (b[1] & 127) == 126 ? 4 : (b[1] & 127) == 127 ? 10 : 2;
    if (!head || left < head) return 0;
    *bytes = head == 2 ? b[1] & 127 : 0;
    for (int i = 2; i < head; i++) *bytes = *bytes << 8 | b[i];
    *data = b + head;
    return *bytes > (uint64_t)(left - head) ? 0 : head + (long)*bytes;
}

/* -> bytes of the answer to the handshake, or 0 */
static long upgrade(Connection *c, uint8_t *b, long bytes) {
    uint8_t *blank = memmem(b, bytes, "\r\n\r\n", 4);
    if (!blank) return 0;
    if (memcmp(b + 9, "101", 3)) {
        if (!refused_handshakes) fprintf(stderr, "handshake refused: %.*s\n", (int)(bytes > 300 ? 300 : bytes), b);
        end(c);
        return 0;
    }
    c->state = STEPPING;
    take_steps(c);
    return blank + 4 - b;
}

static void parse(Connection *c, uint8_t *b, long bytes) {
    long done = c->state == UPGRADING ? upgrade(c, b, bytes) : 0, frame;
    const uint8_t *data;
    uint64_t count;
    while ((c->state == STEPPING || c->state == JOINED) && (frame = whole_frame(b + done, bytes - done, &data, &count))) {
        int opcode = b[done] & 15;
        if (opcode == TEXT) on_text(c, (const char *)data, count);
        else if (opcode == PING) send_frame(c, PONG, (const char *)data, count);
        else if (opcode == CLOSE) {
            end(c);
            return;
        }
        done += frame;
    }
    if (c->state == GONE || c->state == AWAY) return;
    c->rest_bytes = bytes - done;
    c->rest = realloc(c->rest, c->rest_bytes + 1);
    memcpy(c->rest, b + done, c->rest_bytes);
}

static void read_more(Connection *c) {
    if (c->rest_bytes) memcpy(scratch, c->rest, c->rest_bytes);
    ssize_t count = recv(c->fd, scratch + c->rest_bytes, SCRATCH - c->rest_bytes, 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) end(c);
        return;
    }
    reads++, bytes_in += count;
    parse(c, scratch, c->rest_bytes + count);
}

static void ask_for_upgrade(Connection *c) {
    static char path[FRAME_MAX], request[FRAME_MAX + 512];
    fill(path, options.path, c, rooms[c->rooms[0]].id, "", 0);
    c->state = UPGRADING;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    write_bytes(c, request,
                sprintf(request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        path));
}

static int is_open(const Connection *c) { return c->state >= CONNECTING && c->state <= JOINED; }

void pump(int milliseconds) {
    static struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, milliseconds);
    for (int i = 0; i < count; i++) {
        Connection *c = events[i].data.ptr;
        if (is_open(c) && events[i].events & EPOLLOUT) c->state == CONNECTING ? ask_for_upgrade(c) : write_owed(c);
        if (is_open(c) && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_more(c);
    }
    reopen_those_due();
}
