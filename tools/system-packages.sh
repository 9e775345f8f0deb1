#!/usr/bin/env bash
# The system's programs that the tests meet for real: LibreOffice, a keyboard without a screen, poppler, a browser,
# gnumeric, node with exceljs.
# Installs what is missing where it may (root on Debian or Ubuntu); elsewhere says what is missing and goes on.
set -euo pipefail

exceljs=4.4.0
node_packages=.venv/node/node_modules # where tests/conftest.py looks

missing=()    # what is not here, in words
packages=()   # what brings it

want() { # want WORDS PACKAGE... -- TEST...
  local words=$1 brought=()
  shift
  while [ "$1" != -- ]; do brought+=("$1"); shift; done
  shift
  "$@" >/dev/null 2>&1 && return
  missing+=("$words")
  packages+=("${brought[@]}")
}
program() { command -v "$1"; }
any_program() { command -v "$1" || command -v "$2" || command -v "$3"; }
# The windowless build of LibreOffice lacks this part, and dies when somebody types.
office_window() { compgen -G '/usr/lib*/libreoffice/program/libvclplug_genlo.so' || compgen -G '/opt/libreoffice*/program/libvclplug_genlo.so'; }
chinese_font() { [ -n "$(fc-list :lang=zh-cn family)" ]; }

look() {
  missing=() packages=()
  want LibreOffice libreoffice-calc libreoffice-writer -- program soffice
  want "LibreOffice's window" libreoffice-calc -- office_window
  want "LibreOffice's Python" python3-uno -- /usr/bin/python3 -c 'import uno'
  want Xvfb xvfb -- program Xvfb
  want openbox openbox -- program openbox
  want xdotool xdotool -- program xdotool
  want ImageMagick imagemagick -- program import
  want poppler poppler-utils -- program pdftoppm
  want Chromium chromium -- any_program chromium chromium-browser google-chrome
  want "Chinese fonts" fontconfig fonts-noto-cjk -- chinese_font
  want gnumeric gnumeric -- program ssconvert
  want node nodejs -- program node
  [ -d "$node_packages/exceljs" ] || want npm npm -- program npm
}

in_words() { local IFS=,; printf '%s' "${missing[*]}" | sed 's/,/, /g'; }

# A library that saves workbooks from JavaScript. It goes into the virtual environment, where no root is needed.
install_exceljs() {
  [ -d "$node_packages/exceljs" ] && return
  [ -d .venv ] && command -v node >/dev/null && command -v npm >/dev/null || return 0
  echo "Installing exceljs for the tests ..."
  mkdir -p "${node_packages%/*}"
  npm install --prefix "${node_packages%/*}" --no-save --no-audit --no-fund --loglevel=error "exceljs@$exceljs" >/dev/null ||
    echo "Still not installed: exceljs. The tests that need it are skipped."
}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

look
if [ ${#missing[@]} -eq 0 ]; then
  install_exceljs
  exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed here: $(in_words). The tests that need them are skipped."
  install_exceljs
  exit 0
fi

echo "Installing for the tests: $(in_words) ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quiet() { # shows what apt said only if it failed
  "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "failed: $*" >&2; exit 1; }
}
quiet apt-get -qq -o DPkg::Lock::Timeout=600 update
known=()
for package in "${packages[@]}"; do # Ubuntu, for one, has no chromium of its own
  if [ -n "$(apt-cache madison "$package" 2>/dev/null)" ]; then known+=("$package"); fi
done
if [ ${#known[@]} -gt 0 ]; then
  quiet apt-get -qq -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "${known[@]}"
fi
look
[ ${#missing[@]} -eq 0 ] || echo "Still not installed: $(in_words). The tests that need them are skipped."
install_exceljs
