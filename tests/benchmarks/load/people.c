/* Who connects: a line a connection, "TOKEN FLAGS ROOM[,ROOM…]"; flags: s = sends, q = stops reading, - = neither. */
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Room rooms[ROOMS_MAX];
int room_count, connection_count, stream_count, *senders, sender_count;
Connection *connections;

static int room_index(long id) {
    for (int i = 0; i < room_count; i++)
        if (rooms[i].id == id) return i;
    if (room_count == ROOMS_MAX) exit(2);
    rooms[room_count].id = id;
    return room_count++;
}

static void read_rooms(Connection *c, char *list) {
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        c->rooms = realloc(c->rooms, (c->room_count + 1) * sizeof *c->rooms);
        int room = c->rooms[c->room_count++] = room_index(atol(word));
        rooms[room].members += c->reads;
    }
}

static void read_person(Connection *c, char *line) {
    char *token = strtok(line, " "), *flags = strtok(NULL, " "), *list = strtok(NULL, " \n");
    c->token = strdup(token);
    c->sends = strchr(flags, 's') != NULL;
    c->reads = strchr(flags, 'q') == NULL;
    read_rooms(c, list);
    if (!c->sends) return;
    c->first_stream = stream_count;
    stream_count += c->room_count;
    senders[sender_count++] = c - connections;
}

void read_people(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    if (!file) exit(2);
    while (getline(&line, &room, file) > 0) connection_count++;
    rewind(file);
    connections = calloc(connection_count, sizeof *connections);
    senders = calloc(connection_count, sizeof *senders);
    for (int i = 0; i < connection_count && getline(&line, &room, file) > 0; i++) read_person(&connections[i], line);
    free(line);
    fclose(file);
}
