#!/usr/bin/env bash
# Debian's parts that the tests start for real. Installed where this may be done; otherwise said in a sentence.
set -euo pipefail
declare -A parts=(
  [mosquitto]=mosquitto [chromium]=chromium [strace]=strace [systemd-analyze]=systemd [pdftoppm]=poppler-utils
  [dbus-daemon]=dbus-daemon [gcc]=gcc [iptables]=iptables [victoria-metrics]=victoria-metrics
)
missing=()
for program in "${!parts[@]}"; do
  PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || missing+=("${parts[$program]}")
done
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null || missing+=(postgresql)
ldconfig -p 2>/dev/null | grep -q libzbar || missing+=(libzbar0)
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
[ -n "$(find /usr/share/fonts -iname '*notosanscjk*' -print -quit 2>/dev/null)" ] || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
say="apt-get install ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "测试需要这些部件，请安装。These parts are missing, their tests will be skipped: ${missing[*]}"; exit 0
fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then
  if sudo -n true 2>/dev/null; then sudo="sudo -n"; else
    echo "请以管理员身份运行：sudo $say。Not root: run 'sudo $say'; until then their tests are skipped."; exit 0
  fi
fi
echo "安装测试部件… installing: ${missing[*]}"
$sudo apt-get update -qq >/dev/null
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
