# What the scripts of the folders beside it share. Sourced with the project's root as working folder.

# A test that cannot run here, and why; with CI=true that is a failure.
skip() {
  echo "skipped: $1: $2" >&2
  [ "${CI:-}" != true ] || exit 1
  [ -z "${TEST_SKIPPED_FILE:-}" ] || echo "$1: $2" >> "$TEST_SKIPPED_FILE"
  exit 0
}

# Installs packages of PyPI into a folder of that name, once; says where it is.
python_tools() {
  local folder="$PWD/target/tools/$1"
  shift
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check "$@" &&
      touch "$folder/complete" || return 1
  fi >&2
  echo "$folder"
}

# Starts the newest build on a free port and an empty folder, with `admin` as administrator, until the
# script ends; HERALD_URL says where.
start_server() {
  local built=${CARGO_TARGET_DIR:-target} binary
  binary=$(ls -t "$built"/{release,debug}/herald 2>/dev/null | head -1) || true
  if [ -z "$binary" ]; then
    cargo build --quiet
    binary="$built/debug/herald"
  fi
  HERALD_HOME=$(mktemp -d)
  : > "$HERALD_HOME/log"
  HERALD_LISTEN=127.0.0.1:0 HERALD_LOG_FORMAT=json HERALD_DATA_DIR="$HERALD_HOME/data" \
    HERALD_ADMIN_USERNAME=admin HERALD_ADMIN_PASSWORD=admin-password \
    "$binary" serve 2> "$HERALD_HOME/log" &
  trap "kill $! 2>/dev/null; wait $! 2>/dev/null; rm -rf '$HERALD_HOME'" EXIT
  local address=
  until address=$(sed -n 's/.*"listening".*"address":"\([^"]*\)".*/\1/p' "$HERALD_HOME/log") && [ -n "$address" ]; do
    kill -0 $! 2>/dev/null || { cat "$HERALD_HOME/log" >&2; return 1; }
    sleep 0.1
  done
  export HERALD_URL="http://$address"
}
