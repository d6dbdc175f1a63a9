#!/usr/bin/env bash
# Installs, with apt, the system packages the project needs and that are missing; with the argument
# `browser` the one that only tests need, a headless browser (90 MB, a quarter of a minute).
#
# Icarus Verilog is a target and runs half of the cocotb tests; liblz4 is for FST waveforms; the
# compiler and make build the simulator; python3-venv makes .venv; libpython is for cocotb.
set -euo pipefail

PYTHON=${PYTHON:-python3}
missing=()
find_browser() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v $name > /dev/null && return
  done
  missing+=(chromium-headless-shell)
}

find_tools() {
  command -v g++ > /dev/null || missing+=(g++)
  command -v make > /dev/null || missing+=(make)
  command -v perl > /dev/null || missing+=(perl)
  command -v iverilog > /dev/null || missing+=(iverilog)
  echo '#include <lz4.h>' | "${CXX:-g++}" -E -x c++ - > /dev/null 2>&1 || missing+=(liblz4-dev)
  "$PYTHON" -c 'import ensurepip, venv' > /dev/null 2>&1 || missing+=(python3-venv)
  # cocotb loads Python into the simulator; Debian has its shared library in a package of its own.
  "$PYTHON" - << 'EOF' > /dev/null 2>&1 || missing+=("$("$PYTHON" -c 'import sys; print("libpython3.%d" % sys.version_info[1])')")
import ctypes, os, sysconfig
get = sysconfig.get_config_var
name = get("INSTSONAME") if get("Py_ENABLE_SHARED") else "libpython" + get("LDVERSION") + ".so.1.0"
try:
    ctypes.CDLL(name)
except OSError:
    ctypes.CDLL(os.path.join(get("LIBDIR"), name))
EOF
}

if [ "${1:-}" = browser ]; then find_browser; else find_tools; fi
[ ${#missing[@]} -eq 0 ] && exit 0

fail() {
  echo "missing system packages: install them with 'apt-get install ${missing[*]}' ($1)" >&2
  exit 1
}

command -v apt-get > /dev/null || fail "there is no apt-get here"
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || fail "this needs root, and there is no sudo"
  root=(sudo)
fi
echo "installing system packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends "${missing[@]}" > "$log" 2>&1
}
install || { "${root[@]}" apt-get update -q >> "$log" 2>&1 && install; } \
  || fail "apt-get says: $(grep -m1 '^E:' "$log" || tail -n 1 "$log")"
