#!/usr/bin/env bash
# Renders lines of lines.tsv into <word>.mp3: Mandarin, mono, 16 kHz, 24 kbit/s. Run after a change of lines.tsv, with the
# words that changed (none: all of them, whose bytes then differ by sox's dither).
# Needs Debian's espeak-ng, sox and lame, on a developer's machine only: the gate plays the files and needs none of them.
# The pinyin is spoken, not the characters: espeak-ng 1.51 reads Chinese characters through an English detour.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while IFS=$'\t' read -r word _ pinyin; do
  [[ $# -eq 0 || " $* " == *" $word "* ]] || continue
  if espeak-ng -v cmn-latn-pinyin -q -x "$pinyin" | grep -q '(en)'; then
    echo "$word: 有一个音节不是拼音 · a syllable is no pinyin: $pinyin" >&2
    exit 1
  fi
  espeak-ng -v cmn-latn-pinyin -s 140 -p 55 -w "$work/raw.wav" "$pinyin"
  # Silence at both ends goes, so that a prompt is heard at once; all are equally loud.
  sox "$work/raw.wav" -r 16000 -c 1 -b 16 "$work/even.wav" silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse \
    gain -8 pad 0.02 0.08 compand 0.02,0.2 6:-30,-18,-6 gain -n -1
  lame --quiet -t -m m -b 24 --noreplaygain "$work/even.wav" "$word.mp3"
done < lines.tsv
ls -l ./*.mp3 | awk '{sum += $5} END {printf "%d files, %d bytes\n", NR, sum}'
