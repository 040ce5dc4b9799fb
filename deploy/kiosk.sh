#!/bin/sh
# The gate's screen on a Raspberry Pi with a desktop: Chromium, full screen, on the gate's own page. Put a line
#   /opt/kadian/deploy/kiosk.sh
# into the desktop's autostart. The first argument is another address, the rest goes to Chromium.
# --incognito: nothing that is typed or shown is written to the card. --autoplay-policy: sound without a first tap.
set -eu
url=${1:-http://127.0.0.1:8090/}
[ $# -gt 0 ] && shift
browser=$(command -v chromium || command -v chromium-browser) || {
  echo "没有装 chromium：sudo apt-get install chromium · Chromium is not installed" >&2
  exit 1
}
exec "$browser" --kiosk --incognito --autoplay-policy=no-user-gesture-required --noerrdialogs --no-first-run \
  --disable-features=Translate --overscroll-history-navigation=0 --disable-pinch "$@" "$url"
