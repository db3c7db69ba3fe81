/* What was sent, and what came of it: every message at every receiver, how often, when and in which order. */
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MARK = '~', STAMP_DIGITS = 16, NUMBER_DIGITS = 8, HEAD = 1 + STAMP_DIGITS + NUMBER_DIGITS, BUCKETS = 4096 };
typedef struct {
    uint64_t count[BUCKETS], worst; /* µs, in buckets 1/64 of their value wide */
} Delays;

static Message messages[MESSAGES_MAX];
static Delays receipts, acks;
static uint64_t received, doubled, reordered, damaged, unknown;
static uint64_t window_receipts, window_acks, window_sent, window_reads;
static double window_opened, window_seconds, window_cpu;
uint32_t sent, completed, acked, refused;
int in_window;
double late_ms, join_ms_sum;

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}
double now(void) { return now_ns() / 1e9; }
double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int bucket(uint64_t us) {
    if (us < 64) return us;
    int exponent = 63 - __builtin_clzll(us);
    return (exponent - 5) * 64 + ((us >> (exponent - 6)) & 63);
}
static double bucket_ms(int i) {
    if (i < 64) return i / 1e3;
    return (double)((64ull | (i & 63)) << (i / 64 - 1)) / 1e3;
}
static void add_delay(Delays *d, uint64_t ns) {
    d->count[bucket(ns / 1000)]++;
    if (ns > d->worst) d->worst = ns;
}
static double percentile(const Delays *d, double share) {
    uint64_t all = 0, below = 0;
    for (int i = 0; i < BUCKETS; i++) all += d->count[i];
    for (int i = 0; i < BUCKETS; i++)
        if (all && (below += d->count[i]) >= all * share) return bucket_ms(i);
    return 0;
}

/* A payload: the mark, the moment of sending in ns and the message's number, both in hex, then letters. */
static void write_payload(char *out, uint64_t at, uint32_t number) {
    int n = sprintf(out, "%c%016llx%08x", MARK, (unsigned long long)at, number);
    for (; n < options.bytes; n++) out[n] = 'a' + n % 26;
    out[n] = 0;
}
static int is_whole(const char *payload) {
    for (int n = HEAD; n < options.bytes; n++)
        if (payload[n] != 'a' + n % 26) return 0;
    return 1;
}

void send_from(Connection *c) {
    static char payload[FRAME_MAX], text[FRAME_MAX];
    if (c->state != JOINED || sent + 1 >= MESSAGES_MAX) return;
    uint32_t number = ++sent;
    int turn = c->turn++ % c->room_count;
    Message *m = &messages[number];
    *m = (Message){.sent_at = now_ns(), .stream = c->first_stream + turn, .room = c->rooms[turn]};
    m->missing = rooms[m->room].members;
    write_payload(payload, m->sent_at, number);
    c->unacked++;
    window_sent += in_window;
    send_text(c, text, fill(text, options.message, c, rooms[m->room].id, payload, number));
}

static uint64_t hex(const char *digits, int count) {
    uint64_t value = 0;
    for (; count--; digits++) value = value << 4 | (*digits <= '9' ? *digits - '0' : *digits - 'a' + 10);
    return value;
}

static void write_down(Connection *c, uint32_t number) {
    if (c->got_count == c->got_room) {
        c->got_room = c->got_room ? 2 * c->got_room : 256;
        c->got = realloc(c->got, c->got_room * sizeof *c->got);
    }
    c->got[c->got_count++] = number;
}

static void note_receipt(Connection *c, uint32_t number) {
    Message *m = &messages[number];
    if (!c->seen) {
        c->seen = calloc(MESSAGES_MAX / 8, 1);
        c->newest = calloc(stream_count, sizeof *c->newest);
    }
    if (c->seen[number >> 3] & 1 << (number & 7)) {
        doubled++;
        return;
    }
    c->seen[number >> 3] |= 1 << (number & 7);
    write_down(c, number);
    if (number < c->newest[m->stream]) reordered++;
    else c->newest[m->stream] = number;
    received++;
    if (c->reads && --m->missing == 0) completed++;
}

void note_receipts(Connection *c, const char *text, long bytes) {
    const char *end = text + bytes;
    while ((text = memchr(text, MARK, end - text)) && end - text >= options.bytes) {
        uint64_t at = hex(text + 1, STAMP_DIGITS);
        uint32_t number = hex(text + 1 + STAMP_DIGITS, NUMBER_DIGITS);
        if (!number || number > sent || messages[number].sent_at != at) unknown++; /* of an earlier run */
        else if (!is_whole(text)) damaged++;
        else {
            if (in_window) window_receipts++, add_delay(&receipts, now_ns() - at);
            note_receipt(c, number);
        }
        text += options.bytes;
    }
}

static uint64_t field(const char *text, long bytes, const char *name) {
    const char *found = memmem(text, bytes, name, strlen(name));
    return found ? strtoull(found + strlen(name), NULL, 10) : 0;
}

void note_ack(Connection *c, const char *text, long bytes) {
    uint32_t number = field(text, bytes, "\"id\":\"");
    if (!number || number > sent || messages[number].acked) return;
    Message *m = &messages[number];
    m->acked = 1, m->id = field(text, bytes, "\"message_id\":"), m->seq = field(text, bytes, "\"seq\":");
    acked++;
    c->unacked--;
    if (in_window) window_acks++, add_delay(&acks, now_ns() - m->sent_at);
}

/* An error means: not stored. Nobody is to receive it, so it cannot be lost. */
void note_refusal(Connection *c, const char *text, long bytes) {
    uint32_t number = field(text, bytes, "\"id\":\"");
    if (!number || number > sent || messages[number].refused) return;
    messages[number].refused = 1;
    refused++;
    c->unacked--;
}

int is_everything_there(void) { return completed + refused == sent && (!options.acks || acked + refused == sent); }

void open_window(void) {
    in_window = 1, window_opened = now(), window_cpu = cpu_seconds(), window_reads = reads;
}
void close_window(void) {
    in_window = 0, window_seconds = now() - window_opened;
    window_cpu = cpu_seconds() - window_cpu, window_reads = reads - window_reads;
}

static uint64_t lost(void) {
    uint64_t missing = 0;
    for (uint32_t i = 1; i <= sent; i++)
        if (!messages[i].refused) missing += messages[i].missing;
    return missing;
}

/* Across senders, too, a room's messages come by seq. The acks tell it, often later than the messages come. */
static void check_seqs(void) {
    uint64_t newest[ROOMS_MAX];
    for (Connection *c = connections; c < connections + connection_count; c++) {
        memset(newest, 0, sizeof newest);
        for (int i = 0; i < c->got_count; i++) {
            const Message *m = &messages[c->got[i]];
            if (m->acked && m->seq < newest[m->room]) reordered++;
            else if (m->acked) newest[m->room] = m->seq;
        }
    }
}

void print_outcome(void) {
    check_seqs();
    printf("END {\"sent\":%u,\"acked\":%u,\"refused\":%u,\"received\":%llu,\"lost\":%llu,\"doubled\":%llu,"
           "\"reordered\":%llu,\"damaged\":%llu,\"unknown\":%llu,\"alive\":%d,\"gone\":%d,",
           sent, acked, refused, (unsigned long long)received, (unsigned long long)lost(),
           (unsigned long long)doubled, (unsigned long long)reordered, (unsigned long long)damaged,
           (unsigned long long)unknown, joined, connection_count - joined);
    printf("\"seconds\":%.4f,\"deliveries\":%llu,\"sends\":%llu,\"acks\":%llu,\"reads\":%llu,\"load_cpu\":%.4f,"
           "\"late_ms\":%.3f,",
           window_seconds, (unsigned long long)window_receipts, (unsigned long long)window_sent,
           (unsigned long long)window_acks, (unsigned long long)window_reads, window_cpu, late_ms);
    printf("\"p50\":%.3f,\"p99\":%.3f,\"worst\":%.3f,\"ack_p50\":%.3f,\"ack_p99\":%.3f}\n", percentile(&receipts, .5),
           percentile(&receipts, .99), receipts.worst / 1e6, percentile(&acks, .5), percentile(&acks, .99));
    fflush(stdout);
}

/* For the audit: a line an acked message, "NUMBER ROOM ID SEQ SENT_AT". */
void write_acks(void) {
    FILE *file = options.acks ? fopen(options.acks, "w") : NULL;
    if (!file) return;
    for (uint32_t i = 1; i <= sent; i++)
        if (messages[i].acked)
            fprintf(file, "%u %ld %llu %llu %llu\n", i, rooms[messages[i].room].id, (unsigned long long)messages[i].id,
                    (unsigned long long)messages[i].seq, (unsigned long long)messages[i].sent_at);
    fclose(file);
}
