/* Load for a chat server: one thread, epoll, raw WebSocket frames. Started and read by tests/benchmarks/load.py. */
#ifndef LOAD_H
#define LOAD_H
#define _GNU_SOURCE
#include <stdint.h>

enum { MESSAGES_MAX = 1 << 20, ROOMS_MAX = 4096, PORTS_MAX = 8, STEPS_MAX = 16, FRAME_MAX = 1 << 15 };
enum State { UNOPENED, CONNECTING, UPGRADING, STEPPING, JOINED, AWAY, GONE };

typedef struct {
    long id;
    int members; /* connections that are to receive everything */
} Room;

typedef struct {
    char *token;
    int *rooms, room_count; /* indices of `rooms` */
    int sends, reads;       /* is it a sender; does it read on */
    int turn;               /* which of its rooms it writes to next */
    int first_stream;
    int unacked;
    enum State state;
    int fd, step;
    double opened_at, return_at;
    uint8_t *rest; /* of a frame that has not come whole */
    int rest_bytes;
    char *owed; /* what the kernel would not take yet */
    int owed_bytes;
    uint8_t *seen;    /* a bit a message */
    uint32_t *newest; /* message number by stream */
    uint32_t *got;    /* message numbers as they came */
    int got_count, got_room;
} Connection;

typedef struct {
    uint64_t sent_at; /* ns */
    uint32_t stream;  /* its sender and room: what must stay in order */
    int room;
    int missing; /* receivers that do not have it yet */
    int acked, refused;
    uint64_t id, seq; /* as acknowledged */
} Message;

typedef struct {
    const char *path, *message, *acks, *people;
    const char *steps[STEPS_MAX]; /* "S…" = send this, "E…" = wait for a frame that holds this */
    const char *returning;        /* what those who were dropped send in place of their first step */
    int step_count, ports[PORTS_MAX], port_count;
    int window, depth, concurrency, bytes, engineio, hold, drop;
    double rate, warm, seconds, drain, patience;
} Options;

extern Options options;
extern Room rooms[ROOMS_MAX];
extern int room_count, connection_count, stream_count, *senders, sender_count;
extern Connection *connections;

/* people.c */
void read_people(const char *path);

/* wire.c */
extern int joined, opening, away, refused_handshakes;
extern uint64_t reads, bytes_in;
void start_wire(void);
void open_connection(Connection *c);
void drop_connection(Connection *c);
void stop_reading(Connection *c);
void send_text(Connection *c, const char *text, int bytes);
int fill(char *out, const char *pattern, const Connection *c, long room, const char *payload, uint32_t number);
void pump(int milliseconds);
void reopen_those_due(void);

/* ledger.c */
extern uint32_t sent, completed, acked, refused;
extern int in_window;
extern double late_ms, join_ms_sum;
void note_receipts(Connection *c, const char *text, long bytes);
void note_ack(Connection *c, const char *text, long bytes);
void note_refusal(Connection *c, const char *text, long bytes);
int is_everything_there(void);
void send_from(Connection *c);
void open_window(void);
void close_window(void);
void print_outcome(void);
void write_acks(void);

/* clock */
uint64_t now_ns(void);
double now(void);
double cpu_seconds(void);
#endif
