#!/bin/sh
# Writes nginx's configuration as the environment wants it into RUN, then becomes nginx. `start.sh -t` only checks it.
set -eu
export LC_ALL=C

HERE=$(dirname "$0")
RUN="${RUN:-/run/nginx}"              # the configuration, the pid
TEMP="${TEMP:-/var/cache/nginx}"      # uploads on their way
MEDIA="${MEDIA:-/srv/media}"          # what X-Accel-Redirect names
TLS="${TLS:-/run/chat}"               # cert.pem and key.pem, put there by prepare.sh
SOCKETS="${SOCKETS:-127.0.0.1:9000}"  # the servers for /ws/, with spaces between
REST="${REST:-127.0.0.1:9001}"        # the servers for everything else
HTTP_LISTEN="${HTTP_LISTEN:-8080}"
HTTPS_LISTEN="${HTTPS_LISTEN:-8443}"
ALIVE_PORT="${ALIVE_PORT:-8081}"
UPLOAD_BYTES="${UPLOAD_BYTES:-26214400}"
CONNECTIONS_PER_ADDRESS="${CONNECTIONS_PER_ADDRESS:-1000}"
BINARY="${NGINX_BINARY:-nginx}"
GOODBYE_SECONDS="${GOODBYE_SECONDS:-15}" # the container is given 20

FORM_BYTES=1048576 # around an upload: its form, its name

refuse() {
    echo "$1" >&2
    exit 1
}

for name in UPLOAD_BYTES CONNECTIONS_PER_ADDRESS GOODBYE_SECONDS; do
    eval "value=\$$name"
    case "$value" in *[!0-9]*) refuse "$name must be a whole number, not '$value'." ;; esac
done
case "${PUBLIC_URL:-}" in *[!A-Za-z0-9:/.-]*) refuse "PUBLIC_URL must be like https://chat.example.com, not '$PUBLIC_URL'." ;; esac

# servers ADDRESSES [backup]: one line each; with a RESOLVER their names are looked up again and again. None is ever
# taken for lost: sockets that end with a server would count against it when it is long back.
servers() {
    for address in $1; do
        echo "    server $address${2:+ $2} max_fails=0${RESOLVER:+ resolve};"
    done
}

{
    [ -z "${RESOLVER:-}" ] || echo "resolver $RESOLVER valid=5s;"
    echo "upstream chat_sockets {"
    echo "    zone chat_sockets 64k;"
    echo "    least_conn;" # sockets stay for days: a server that comes back would get none by turns
    servers "$SOCKETS"
    echo "}"
    echo "upstream chat_rest {"
    echo "    zone chat_rest 64k;"
    servers "$REST"
    servers "$SOCKETS" backup # they answer everything
    echo "    keepalive 32;"
    echo "    keepalive_timeout 4s;" # below that of the servers, or a call meets a connection that is just closed
    echo "}"
} >"$RUN/upstreams.conf"

# http2 has a directive of its own since 1.25.1
version=$("$BINARY" -v 2>&1 | sed 's|.*nginx/||; s|[^0-9.].*||')
minor=${version#*.}
: >"$RUN/redirect.conf"
: >"$RUN/listen.conf"

if [ -s "$TLS/cert.pem" ] && [ -s "$TLS/key.pem" ]; then
    {
        if [ "${minor%%.*}" -gt 25 ]; then
            echo "listen $HTTPS_LISTEN ssl;"
            echo "http2 on;"
        else
            echo "listen $HTTPS_LISTEN ssl http2;"
        fi
        echo "ssl_certificate $TLS/cert.pem;"
        echo "ssl_certificate_key $TLS/key.pem;"
    } >"$RUN/listen.conf"
elif [ "${INSECURE_HTTP:-}" != 1 ]; then
    refuse "There is no certificate: set TLS_CERT and TLS_KEY to its files, or INSECURE_HTTP=1 to do without encryption."
fi

if [ "${INSECURE_HTTP:-}" = 1 ]; then
    echo "listen $HTTP_LISTEN;" >>"$RUN/listen.conf"
else
    case "${PUBLIC_URL:-}" in
        https://*) to="${PUBLIC_URL%/}" ;;
        *) to='https://$host' ;;
    esac
    {
        echo "server {"
        echo "    listen $HTTP_LISTEN;"
        # Pages lead on; a program that calls in the clear has to be mended, or it goes on showing its token.
        echo "    location ~ ^/(api|ws)(/|\$) { return 403; }"
        echo "    location / { return 301 $to\$request_uri; }"
        echo "}"
    } >"$RUN/redirect.conf"
fi

BODY_BYTES=$((UPLOAD_BYTES + FORM_BYTES))
sed -e "s|@BODY_BYTES@|$BODY_BYTES|; s|@CONNECTIONS_PER_ADDRESS@|$CONNECTIONS_PER_ADDRESS|; s|@TEMP@|$TEMP|" \
    -e "s|@MEDIA@|$MEDIA|; s|@ALIVE_PORT@|$ALIVE_PORT|; s|@GOODBYE_SECONDS@|$GOODBYE_SECONDS|" "$HERE/nginx.conf.template" >"$RUN/nginx.conf"

exec "$BINARY" -p "$RUN/" -c "$RUN/nginx.conf" -e stderr -g "daemon off; ${GLOBALS:-}" "$@"
