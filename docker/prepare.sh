#!/bin/sh
# Makes the secrets of an installation once, and gives each service those that it needs and no others.
# What the environment gives wins. Runs as root before every start; each directory below OUT is a volume.
set -eu
export LC_ALL=C
umask 077

IN="${IN:-/in}"
OUT="${OUT:-/out}"
MYSQL_OWNER="${MYSQL_OWNER:-999:999}"
REDIS_OWNER="${REDIS_OWNER:-999:999}"
CHAT_OWNER="${CHAT_OWNER:-10001:10001}"

refuse() {
    echo "$1" >&2
    exit 1
}

random() {
    head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'
}

# write FILE: the standard input, whole or not at all
write() {
    cat >"$1.new"
    mv "$1.new" "$1"
}

# password NAME GIVEN FILE: the one of FILE, else the given one, else a new one. The database keeps its first one.
password() {
    case "$2" in *[!A-Za-z0-9._~-]*) refuse "$1 may hold letters, digits and . _ ~ - only: it becomes part of a URL." ;; esac
    if [ ! -s "$3" ]; then
        printf %s "${2:-$(random)}" | write "$3"
    elif [ -n "$2" ] && [ "$2" != "$(cat "$3")" ]; then
        refuse "$1 is not the one that this database was made with: leave it out, or give the old one."
    fi
}

# key NAME GIVEN: a line of the server's settings; the given one, else the one that is there, else a new one
key() {
    case "$2" in *[!A-Za-z0-9._~+/=-]*) refuse "$1 may hold letters, digits and . _ ~ + / = - only." ;; esac
    kept=$(sed -n "s/^$1=//p" "$OUT/app/env" 2>/dev/null || true)
    value=${2:-${kept:-$(random)}}
    echo "$1=$value"
}

mkdir -p "$OUT/mysql" "$OUT/redis" "$OUT/app" "$OUT/nginx" "$OUT/data" "$OUT/media" "$OUT/nginx-temp"

password MYSQL_ROOT_PASSWORD "${MYSQL_ROOT_PASSWORD:-}" "$OUT/mysql/root-password"
password MYSQL_PASSWORD "${MYSQL_PASSWORD:-}" "$OUT/mysql/password"

kept_redis=$(sed -n 's/^requirepass //p' "$OUT/redis/redis.conf" 2>/dev/null || true)
redis_password=${REDIS_PASSWORD:-${kept_redis:-$(random)}}
case "$redis_password" in *[!A-Za-z0-9._~-]*) refuse "REDIS_PASSWORD may hold letters, digits and . _ ~ - only: it becomes part of a URL." ;; esac
echo "requirepass $redis_password" | write "$OUT/redis/redis.conf"

secret_key=$(key SECRET_KEY "${SECRET_KEY:-}")
jwt_secret_key=$(key JWT_SECRET_KEY "${JWT_SECRET_KEY:-}")
write "$OUT/app/env" <<END
$secret_key
$jwt_secret_key
DATABASE_URL=mysql://chat:$(cat "$OUT/mysql/password")@mysql:3306/chat
REDIS_URL=redis://:$redis_password@redis:6379/0
END

rm -f "$OUT/nginx/cert.pem" "$OUT/nginx/key.pem"
if [ -s "$IN/cert.pem" ] && [ -s "$IN/key.pem" ]; then
    write "$OUT/nginx/key.pem" <"$IN/key.pem"
    write "$OUT/nginx/cert.pem" <"$IN/cert.pem"
elif [ -s "$IN/cert.pem" ] || [ -s "$IN/key.pem" ]; then
    refuse "TLS_CERT and TLS_KEY go together: one of them is not set, or its file is empty."
fi

if [ "$(id -u)" -eq 0 ]; then
    chown -R "$MYSQL_OWNER" "$OUT/mysql"
    chown -R "$REDIS_OWNER" "$OUT/redis"
    chown -R "$CHAT_OWNER" "$OUT/app" "$OUT/nginx"
    chown "$CHAT_OWNER" "$OUT/data" "$OUT/media" "$OUT/nginx-temp"
fi
