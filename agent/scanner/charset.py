"""The text of a code whose bytes do not say their charset.

The standard's own default is Latin-1 (older: Shift JIS), which nobody in a Chinese neighbourhood means. zxing-cpp
knows UTF-8 and guesses between Latin-1 and Shift JIS for the rest, so GBK always comes out wrong. The rule, in order:

1. Where zxing-cpp's text is not a guess (ASCII, hanzi or kanji mode), it stands: only a text that is the Latin-1 or the
   Shift JIS view of the raw bytes is looked at again. What a code declares by ECI is sorted out by the engine.
2. Valid UTF-8 is UTF-8: other text of more than a few bytes is hardly ever valid UTF-8 by chance. One exception: pairs
   of bytes alone, that give a mixture of scripts in UTF-8 (欧一诺 in GBK is "ŷһŵ") and common ideographs in GBK.
3. Bytes that are not valid GB 18030 (which holds GBK and GB 2312) keep the guess.
4. Against Shift JIS: GB 18030 if the guess has bytes that Shift JIS does not know, a sound mark where Japanese has
   none, or ideographs of which none is from JIS level 1 (lead bytes 81 to 9F; real Japanese is full of those). Bytes
   that are half-width katakana throughout are ambiguous: C3 DE BB DE B2 DD is both デザイン and three frequent
   ideographs. Katakana with well-placed sound marks (they are frequent) stay unless half of the ideographs are among
   the commonest of names, places and codes; without any, Chinese is the likelier thing at a gate.
5. Against Latin-1: GB 18030 if a byte stands for a C1 control character, which no Latin-1 text has, if four bytes
   above ASCII stand in a row, as accented letters do not, or if half of the ideographs belong to level 1 of GB 2312
   (lead bytes B0 to D7). Small accented letters (E0 to FF) lead to level 2.

Known limits: Big5 is not looked for, and a short Latin-1 or half-width katakana text may come out as ideographs.
"""

import re

COMMON = frozenset(
    "的一是了不在有人这中大来上个国和也子时道说出得生到自要以会就可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样"
    "作开手十从己面前回新法现重高本长关机力此间但身做方点文相行名部先位电部件数与社区居民健康码绿黄红武汉市江岸湖北省县街路号楼栋室"
    "单元门卡证通入准许可检查测核酸体温正常阴阳性男女岁年月日星期姓工者志愿员职务医院卫物业公司办处联系话址址住户家庭租房客访外地返"
    "隔离观察风险低已未完接种疫苗次针有效期至截止时请扫描二维信息登记个您好谢欢迎使用平安全防控管理服务中心世界你我他她们东西南北内"
    "王李张刘陈杨赵周吴徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超桂兰平建华飞玉梅燕丹"
    "辉玲志鹏霞斌婷波宇浩凯健俊帆帅雪峰婧雯欣怡子涵轩博思佳美琴云珍贞莉凤洁琳素荣爱妹香月莺媛瑞凡嘉琼勤春菊根新利清永良海山仁"
    "义兴宏东厚庆泽晨辰士以行胜学祥才发成刚松善彬富顺信树炎德泰元一二三四五六七八九十百千零甲乙丙丁欧司降压药菜快递取"
)
_MARKS = re.compile("[ﾞﾟｰｧ-ｯ]")
_MISPLACED_MARKS = re.compile("(?<![ｦｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ|(?<![ｦ-ﾟ])[ｧ-ｰ]")
"""A voiced mark after a sound that has no voiced form, or a small kana or a long mark at the beginning of a word."""


def text_of(raw: bytes, guess: str) -> str:
    """The text of `raw`, the bytes of a whole code, of which `guess` is the engine's reading."""
    if raw.isascii():
        return guess
    latin = guess == raw.decode("latin-1")
    utf8 = _strict(raw, "utf-8")
    if not (latin or guess == utf8 or _is_shift_jis(raw, guess)):
        return guess
    chinese = _strict(raw, "gb18030")
    if utf8 is not None:
        return chinese if chinese and _is_mixture(utf8) and _is_common(chinese) else utf8
    if chinese is None:
        return guess
    likely = _beats_latin(raw, chinese) if latin else _beats_shift_jis(guess, chinese)
    return chinese if likely else guess


def _strict(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return None


def _is_shift_jis(raw: bytes, guess: str) -> bool:
    return "\ufffd" in guess or any("｡" <= c <= "ﾟ" for c in guess) or guess == raw.decode("cp932", "replace")


def _ideographs(text: str) -> list[str]:
    return [character for character in text if "\u3400" <= character <= "\u9fff" or character > "\uffff"]


def _is_common(chinese: str) -> bool:
    signs = _ideographs(chinese)
    return bool(signs) and 2 * sum(sign in COMMON for sign in signs) >= len(signs)


def _is_mixture(utf8: str) -> bool:
    """Whether the characters above ASCII are two bytes each, and neither Latin-1 letters, nor all Greek or Cyrillic."""
    wide = [character for character in utf8 if character > "\x7f"]
    if any(character < "\u0100" or character > "\u07ff" for character in wide):
        return False
    return not any(all(low <= c <= high for c in wide) for low, high in (("\u0370", "\u03ff"), ("\u0400", "\u045f")))


def _beats_shift_jis(guess: str, chinese: str) -> bool:
    if "\ufffd" in guess or _MISPLACED_MARKS.search(guess):
        return True
    wide = [
        character.encode("cp932", "replace") for character in guess if character > "\u2fff" and character < "\uff00"
    ]
    if wide:
        return all(code[0] >= 0xE0 for code in wide)
    if not _MARKS.search(guess):
        return True
    return _is_common(chinese)


def _beats_latin(raw: bytes, chinese: str) -> bool:
    if any(0x80 <= byte <= 0x9F for byte in raw) or re.search(rb"[\x80-\xff]{4}", raw):
        return True
    signs = _ideographs(chinese)
    level1 = sum(0xB0 <= sign.encode("gb18030")[0] <= 0xD7 and sign.encode("gb18030")[1] >= 0xA1 for sign in signs)
    return bool(signs) and 2 * level1 >= len(signs)
