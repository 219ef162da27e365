# Sourced by tests/run and tests/load/run: a PostgreSQL in a folder of its own, thrown away when the script ends.
#
# `start_postgres` exports POSTGRES_URL; `stop_postgres` belongs into the script's exit trap.

postgres_folder=

as_postgres() {
  # The server refuses to run as root; root hands it to the package's own user.
  if [ "$(id -u)" = 0 ]; then (cd "$postgres_folder" && runuser -u postgres -- "$@"); else "$@"; fi
}

start_postgres() {
  postgres_bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  postgres_folder=$(mktemp -d /tmp/guichet-postgres.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$postgres_folder"
  local data=$postgres_folder/data
  as_postgres "$postgres_bin/initdb" -D "$data" -U guichet -A trust -E UTF8 --no-locale >/dev/null
  # A socket in our own folder: no port to clash with. Its flushes are real: the tests are about durability.
  as_postgres "$postgres_bin/pg_ctl" -D "$data" -l "$postgres_folder/log" -w -s start \
    -o "-c listen_addresses='' -c unix_socket_directories=$postgres_folder -c fsync=on -c max_connections=200 $*"
  chmod 755 "$postgres_folder"
  export POSTGRES_URL="postgres://guichet@localhost/postgres?host=$postgres_folder"
  "$postgres_bin/psql" "$POSTGRES_URL" -Atc "select version()"
}

stop_postgres() {
  [ -n "$postgres_folder" ] || return 0
  [ ! -f "$postgres_folder/data/postmaster.pid" ] ||
    as_postgres "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -m immediate -s stop || true
  rm -rf "$postgres_folder"
}
