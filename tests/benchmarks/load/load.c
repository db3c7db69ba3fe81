/* The phases of a run: join, then either hold or send. Says on stdout which one has begun; a line in ends a hold. */
#include "load.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BURST = 64 };
static const double QUIET_SECONDS = 0.5, SETTLE_SECONDS = 30, STALL_SECONDS = 2;
Options options = {.path = "/", .window = 8, .concurrency = 64, .bytes = 100, .warm = 1, .seconds = 5, .drain = 5,
                   .patience = 120};
static uint32_t written_off; /* messages that a closed loop no longer waits for */
static int turn;

static void say(const char *what) {
    printf("%s\n", what);
    fflush(stdout);
}

static void read_ports(char *list) {
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) options.ports[options.port_count++] = atoi(word);
}

static void read_option(const char *name, char *value) {
#define NUMBER(field) if (!strcmp(name, #field)) options.field = atof(value);
#define TEXT(field) if (!strcmp(name, #field)) options.field = value;
    NUMBER(window) NUMBER(depth) NUMBER(concurrency) NUMBER(bytes) NUMBER(engineio) NUMBER(hold) NUMBER(drop)
    NUMBER(rate) NUMBER(warm) NUMBER(seconds) NUMBER(drain) NUMBER(patience)
    TEXT(path) TEXT(message) TEXT(acks) TEXT(people) TEXT(returning)
    if (!strcmp(name, "ports")) read_ports(value);
    if (!strcmp(name, "step")) options.steps[options.step_count++] = value;
}

static void read_options(int count, char **words) {
    for (int i = 1; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (!value) exit(2);
        *value = 0;
        read_option(words[i], value + 1);
    }
}

static void allow_many_files(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void join_all(void) {
    double began = now();
    for (int next = 0; joined + refused_handshakes < connection_count && now() - began < options.patience; pump(20))
        while (next < connection_count && opening < options.concurrency) open_connection(&connections[next++]);
    printf("JOINED {\"joined\":%d,\"join_seconds\":%.4f,\"join_ms\":%.3f}\n", joined, now() - began,
           joined ? join_ms_sum / joined : 0);
    fflush(stdout);
}

/* Presence and whatever else joining set off is not what we measure. */
static void wait_until_quiet(void) {
    double began = now(), heard = began;
    for (uint64_t before = reads; now() - heard < QUIET_SECONDS && now() - began < SETTLE_SECONDS; pump(20))
        if (before != reads) before = reads, heard = now();
}

static int is_told_to_end(void) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) > 0;
}

static void hold(void) {
    say("HELD");
    while (!is_told_to_end()) pump(20);
}

static void send_next(void) { send_from(&connections[senders[turn++ % sender_count]]); }

/* -> ms until the next message is due */
static int keep_the_clock(double began) {
    double due = (now() - began) * options.rate - sent, late = (due - 1) / options.rate * 1e3;
    for (int i = 0; i < BURST && due >= 1; i++, due--) send_next();
    if (in_window && late > late_ms) late_ms = late;
    double wait = (1 - due) / options.rate * 1e3;
    return due >= 1 ? 0 : wait > 20 ? 20 : wait;
}

static void fill_the_window(void) {
    static uint32_t before;
    static double moved_at;
    while (sent + 1 < MESSAGES_MAX && sent < completed + refused + written_off + options.window) send_next();
    if (completed != before || !moved_at) before = completed, moved_at = now();
    else if (now() - moved_at > STALL_SECONDS) written_off = sent - completed - refused, moved_at = now();
}

static void start_senders(void) {
    for (int i = 0; i < sender_count; i++)
        for (int k = 0; k < options.depth; k++) send_from(&connections[senders[i]]);
}

static void send_for(double seconds, double began) {
    for (double end = now() + seconds; now() < end;) {
        int wait = 20;
        if (options.rate > 0) wait = keep_the_clock(began);
        else if (!options.depth) fill_the_window();
        pump(wait);
    }
}

static void drain(void) {
    for (double end = now() + options.drain; !is_everything_there() && now() < end;) pump(20);
}

static void run_window(void) {
    double began = now();
    start_senders();
    send_for(options.warm, began);
    open_window();
    say("START");
    send_for(options.seconds, began);
    close_window();
    options.depth = 0; /* nobody sends on */
    say("STOP");
    drain();
}

/* All but the senders lose their sockets, miss `drop` messages, and come back with the version they had. */
static void drop_and_return(void) {
    for (int i = 0; i < connection_count; i++)
        if (!connections[i].sends) {
            drop_connection(&connections[i]);
            connections[i].return_at = 1e18;
        }
    for (double end = now() + 0.5; now() < end;) pump(20);
    for (int i = 0; i < options.drop; i++) send_next();
    for (double end = now() + 1; now() < end;) pump(20);
    double began = now();
    for (int i = 0; i < connection_count; i++)
        if (connections[i].state == AWAY) connections[i].return_at = began;
    while (now() - began < options.patience && (joined < connection_count || !is_everything_there())) pump(20);
    printf("RETURNED {\"returned\":%d,\"return_seconds\":%.4f}\n", joined, now() - began);
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    read_options(count, words);
    read_people(options.people);
    start_wire();
    join_all();
    if (options.hold) hold();
    else {
        wait_until_quiet();
        for (int i = 0; i < connection_count; i++)
            if (!connections[i].reads) stop_reading(&connections[i]);
        if (options.drop) drop_and_return();
        else run_window();
    }
    write_acks();
    print_outcome();
    return 0;
}
