/* Preloaded into a database: what was written but not synced can be taken back, as when the power goes.
 *
 * Before a write into a file below POWER_FILES, what it replaces is noted in a journal of that file in POWER_JOURNALS;
 * a sync of the file empties it. power.py plays the journals backwards once the process is killed. Names, truncations
 * and space allocated beforehand count as durable at once.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4096, DESCRIPTORS_MAX = 65536, PATH_LENGTH = 4096 };

struct journal {
    ino_t inode;
    int descriptor;
    pthread_mutex_t lock;
};

struct record { /* then `old_length` bytes */
    int64_t offset, length, old_length, old_size;
};

static struct journal journals[FILES_MAX];
static struct journal *of_descriptor[DESCRIPTORS_MAX];
static int readers[DESCRIPTORS_MAX]; /* the same file, opened for reading */
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static const char *files, *place;

#define REAL(result, name, ...)                                   \
    static result (*real_##name)(__VA_ARGS__);                    \
    if (real_##name == NULL)                                      \
        real_##name = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name);

static int really_open(const char *path, int flags, mode_t mode)
{
    REAL(int, open64, const char *, int, ...)
    return real_open64(path, flags, mode);
}

static ssize_t really_write(int fd, const void *data, size_t length)
{
    REAL(ssize_t, write, int, const void *, size_t)
    return real_write(fd, data, length);
}

__attribute__((constructor)) static void begin(void)
{
    files = getenv("POWER_FILES");
    place = getenv("POWER_JOURNALS");
}

static struct journal *journal_of(ino_t inode, int make)
{
    char path[PATH_LENGTH];
    struct journal *found = NULL;
    pthread_mutex_lock(&table);
    for (size_t i = 0; i < FILES_MAX && found == NULL; i++) {
        struct journal *one = &journals[(inode + i) % FILES_MAX];
        if (one->inode == inode)
            found = one;
        else if (one->inode == 0 && make) {
            snprintf(path, sizeof path, "%s/%lu", place, (unsigned long)inode);
            one->descriptor = really_open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
            pthread_mutex_init(&one->lock, NULL);
            one->inode = inode;
            found = one;
        }
        else if (one->inode == 0)
            break;
    }
    pthread_mutex_unlock(&table);
    return found;
}

static void forget(struct journal *journal)
{
    if (ftruncate(journal->descriptor, 0) != 0)
        abort();
}

/* From now on the writes of this descriptor are noted, if it is one of those files. */
static void watch(int fd, int flags)
{
    char link[64], path[PATH_LENGTH];
    struct stat state;
    if (fd < 0 || fd >= DESCRIPTORS_MAX || files == NULL || place == NULL)
        return;
    of_descriptor[fd] = NULL;
    if ((flags & O_ACCMODE) == O_RDONLY || flags & O_DSYNC)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || strncmp(path, files, strlen(files)) != 0)
        return;
    path[length] = 0;
    if (fstat(fd, &state) != 0 || !S_ISREG(state.st_mode))
        return;
    struct journal *journal = journal_of(state.st_ino, 1);
    if (journal == NULL)
        return;
    if (state.st_size == 0)
        forget(journal);
    readers[fd] = really_open(path, O_RDONLY | O_CLOEXEC, 0);
    of_descriptor[fd] = journal;
}

static struct journal *watched(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX ? of_descriptor[fd] : NULL;
}

static void note(int fd, struct journal *journal, int64_t offset, size_t length)
{
    struct stat state;
    if (fstat(fd, &state) != 0)
        abort();
    struct record *record = malloc(sizeof *record + length);
    int64_t old = state.st_size > offset ? state.st_size - offset : 0;
    record->offset = offset;
    record->length = (int64_t)length;
    record->old_size = state.st_size;
    record->old_length = old > (int64_t)length ? (int64_t)length : old;
    if (record->old_length > 0)
        record->old_length = pread(readers[fd], record + 1, (size_t)record->old_length, offset);
    size_t whole = sizeof *record + (size_t)record->old_length;
    if (record->old_length < 0 || really_write(journal->descriptor, record, whole) != (ssize_t)whole)
        abort();
    free(record);
}

static int opened(const char *path, int flags, va_list rest)
{
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    int fd = really_open(path, flags, mode);
    watch(fd, flags);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int fd = opened(path, flags, rest);
    va_end(rest);
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int fd = opened(path, flags, rest);
    va_end(rest);
    return fd;
}

int close(int fd)
{
    REAL(int, close, int)
    if (watched(fd) != NULL) {
        of_descriptor[fd] = NULL;
        real_close(readers[fd]);
    }
    return real_close(fd);
}

ssize_t write(int fd, const void *data, size_t length)
{
    struct journal *journal = watched(fd);
    if (journal == NULL)
        return really_write(fd, data, length);
    pthread_mutex_lock(&journal->lock);
    int64_t offset = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    note(fd, journal, offset, length);
    ssize_t written = really_write(fd, data, length);
    pthread_mutex_unlock(&journal->lock);
    return written;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
    struct journal *journal = watched(fd);
    if (journal == NULL)
        return real_pwrite64(fd, data, length, offset);
    pthread_mutex_lock(&journal->lock);
    note(fd, journal, offset, length);
    ssize_t written = real_pwrite64(fd, data, length, offset);
    pthread_mutex_unlock(&journal->lock);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    return pwrite64(fd, data, length, offset);
}

static int synced(int fd, int (*sync)(int))
{
    struct stat state;
    struct journal *journal = NULL;
    if (files != NULL && place != NULL && fstat(fd, &state) == 0)
        journal = journal_of(state.st_ino, 0);
    if (journal == NULL)
        return sync(fd);
    pthread_mutex_lock(&journal->lock);
    int result = sync(fd);
    if (result == 0)
        forget(journal);
    pthread_mutex_unlock(&journal->lock);
    return result;
}

int fsync(int fd)
{
    REAL(int, fsync, int)
    return synced(fd, real_fsync);
}

int fdatasync(int fd)
{
    REAL(int, fdatasync, int)
    return synced(fd, real_fdatasync);
}

int ftruncate64(int fd, off64_t length)
{
    REAL(int, ftruncate64, int, off64_t)
    struct journal *journal = watched(fd);
    if (journal == NULL)
        return real_ftruncate64(fd, length);
    pthread_mutex_lock(&journal->lock);
    int result = real_ftruncate64(fd, length);
    forget(journal);
    pthread_mutex_unlock(&journal->lock);
    return result;
}
