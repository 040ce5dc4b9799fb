"""Reading codes: our cascade beside each engine alone, on the same pictures in one run."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from agent.scanner.cascade import Cascade, engine
from agent.scanner.found import Found
from agent.scanner.live import FRAME_SECONDS, Live
from agent.scanner.pictures import Image
from bench import colours
from bench.degraded import clutter, noisy
from bench.figures import percentile
from bench.kinds import KINDS, Sample, sample

DATA = Path(__file__).parents[2] / "shared" / "data" / "qr"
EACH = 12
"""Pictures of each kind."""
FRAMES = 60
CODES = 300

Read = Callable[[Image], Sequence[Found]]


def _real() -> list[Sample]:
    found = []
    for path in sorted(DATA.glob("*/*.png")):
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        text = path.with_suffix(".txt")
        if image is None or not text.exists():
            continue
        for turn in range(4):
            turned = np.ascontiguousarray(np.rot90(image, turn)).astype(np.uint8)
            found.append(Sample(path.parent.name, turned, (_folded(text.read_bytes().decode("utf-8")),)))
    return found


def _folded(text: str) -> str:
    # The expected texts were kept with one kind of line end, whatever stands in the code.
    return text.replace("\r\n", "\n")


def readers() -> dict[str, Read]:
    """Each engine as it comes, and ours; zbar with all it says, though a gate drops what it garbles."""

    def gray(image: Image) -> Image:
        return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)

    def zbar(image: Image) -> list[Found]:
        from pyzbar.pyzbar import ZBarSymbol, decode

        codes = decode(gray(image), symbols=[ZBarSymbol.QRCODE])
        return [Found(code.data.decode("utf-8", "replace"), "qr", "zbar", ()) for code in codes]

    zxing, opencv = engine("zxing"), engine("opencv")
    return {
        "kadian": Cascade().read,
        "zxing": lambda image: zxing.read(gray(image)),
        "zbar": zbar,
        "opencv": lambda image: opencv.read(gray(image)),
        **_wechat(gray),
    }


def _wechat(gray: Callable[[Image], Image]) -> dict[str, Read]:
    if not hasattr(cv2, "wechat_qrcode_WeChatQRCode"):
        print("this OpenCV is built without WeChatQRCode")
        return {}
    detector = cv2.wechat_qrcode_WeChatQRCode()

    def read(image: Image) -> list[Found]:
        try:
            return [Found(text, "qr", "wechat", ()) for text in detector.detectAndDecode(gray(image))[0] if text]
        except (cv2.error, UnicodeDecodeError):
            return []

    return {"wechat": read}


def table(samples: Sequence[Sample], reading: dict[str, Read]) -> dict[str, Any]:
    """Prints, for each kind and reader, codes read, false texts and milliseconds (of the processor) a picture."""
    read: dict[str, Counter[str]] = {name: Counter() for name in (*reading, "union")}
    false: Counter[str] = Counter()
    spent: dict[str, list[float]] = {name: [] for name in reading}
    total: Counter[str] = Counter()
    for one in samples:
        total[one.kind] += len(one.texts)
        union: set[str] = set()
        for name, look in reading.items():
            began = time.thread_time()
            found = look(one.image)
            spent[name].append((time.thread_time() - began) * 1e3)
            texts = {_folded(code.text) for code in found}
            right = texts & set(one.texts)
            read[name][one.kind] += len(right)
            false[name] += len(texts - right)
            if name != "kadian":
                union |= right
        read["union"][one.kind] += len(union)
    print(f"{'codes':16}", *(f"{name:>8}" for name in read), "    of")
    for kind, count in total.items():
        print(f"{kind:16}", *(f"{row[kind]:8}" for row in read.values()), f"{count:6}")
    print(f"{'all':16}", *(f"{row.total():8}" for row in read.values()), f"{total.total():6}")
    print(f"{'false':16}", *(f"{false[name]:8}" for name in reading))
    results: dict[str, Any] = {"codes": total.total()}
    for name, row in read.items():
        results[name] = {"read": row.total()}
        if name in spent:
            mean, p95 = sum(spent[name]) / len(spent[name]), percentile(spent[name], 0.95)
            results[name] |= {"false": false[name], "mean_ms": round(mean, 2), "p95_ms": round(p95, 2)}
            worst = max(spent[name])
            print(f"{name:8} {mean:.2f} ms a picture, p95 {p95:.1f}, worst {worst:.1f}")
    return results


def charsets(reading: dict[str, Read]) -> dict[str, Any]:
    """Prints how many of 300 Chinese codes in each charset come back right, and how many wrong."""
    from tests.agent.scanner.conftest import byte_segment, draw, eci_segment, hanzi_segment

    results: dict[str, Any] = {}
    rng = np.random.default_rng(11)
    texts = [
        "".join(rng.choice(list("健康码出入证社区居民张三李四武汉市江岸区绿色通行测温正常"), 12)) for _ in range(CODES)
    ]
    drawn: dict[str, Callable[[str], Image]] = {
        "utf-8": lambda text: draw(byte_segment(text.encode())),
        "utf-8 eci": lambda text: draw(eci_segment(26), byte_segment(text.encode())),
        "gbk": lambda text: draw(byte_segment(text.encode("gbk"))),
        "gb18030 eci": lambda text: draw(eci_segment(32), byte_segment(text.encode("gb18030"))),
        "hanzi": lambda text: draw(hanzi_segment(text)),
    }
    for charset, pen in drawn.items():
        for name, look in reading.items():
            right = wrong = 0
            for text in texts:
                found = [code.text for code in look(pen(text))]
                right += found == [text]
                wrong += bool(found) and found != [text]
            results.setdefault(charset, {})[name] = {"right": right, "wrong": wrong}
        row = ", ".join(f"{name} {one['right']} (wrong {one['wrong']})" for name, one in results[charset].items())
        print(f"{charset:12} of {CODES}: {row}")
    return results


def blank(reading: dict[str, Read]) -> dict[str, Any]:
    """Prints milliseconds of an empty 1280×720 frame, the load at 10 frames a second, and reads where no code is."""
    rng = np.random.default_rng(7)
    slope = np.linspace(90, 150, 720)[:, None, None]
    frames = [noisy(np.broadcast_to(slope, (720, 1280, 3)), rng, 2.0) for _ in range(6)]
    live, results, moment = Live(Cascade()), dict[str, Any](), iter(np.arange(FRAMES) / 10)

    def watched(image: Image) -> Sequence[Found]:
        return live.look(image, float(next(moment)))

    for name, look in {**reading, "kadian": watched}.items():
        spent = []
        for number in range(FRAMES):
            began = time.thread_time()
            look(frames[number % 6])
            spent.append((time.thread_time() - began) * 1e3)
        results[name] = {"p50_ms": round(percentile(spent, 0.5), 2), "p95_ms": round(percentile(spent, 0.95), 2)}
        print(f"empty 720p {name:8} p50 {results[name]['p50_ms']} ms, p95 {results[name]['p95_ms']} ms")
    packed = [cv2.imencode(".jpg", frame)[1] for frame in frames]
    live, used = Live(Cascade()), time.process_time()
    for number in range(FRAMES):
        live.look(np.asarray(cv2.imdecode(packed[number % 6], cv2.IMREAD_COLOR), np.uint8), number / 10)
    share = (time.process_time() - used) / (FRAMES / 10)
    print(f"10 frames a second with nobody there, JPEG unpacked: {share * 100:.1f} % of a core")
    results["core_share"] = round(share, 4)
    results["false_without_code"] = sum(len(Cascade().read(noisy(clutter(rng), rng, 5))) for _ in range(40))
    print(f"codes found in 40 pictures without any: {results['false_without_code']}")
    return results


def frames(kinds: Sequence[str] = ("blurred", "glare", "curved", "damaged", "noise", "nominal")) -> dict[str, Any]:
    """Prints how long single frames hold the loop while a code that is hard to read is held before the lens."""
    spent, read = [], 0
    for kind in KINDS:
        for number in range(2 if kind.__name__ in kinds else 0):
            one, live, rng = (
                sample(kind, 1000 + number),
                Live(Cascade(), clock=time.thread_time),
                np.random.default_rng(number),
            )
            live.look(noisy(clutter(rng), rng, 3), 0.0)
            seen: set[str] = set()
            for step in range(20):
                shifted = np.roll(one.image, int(rng.integers(-6, 6)), 1)
                began = time.thread_time()
                seen |= {code.text for code in live.look(shifted, 0.1 + step / 10)}
                spent.append(time.thread_time() - began)
            read += bool(seen & set(one.texts))
    over = sum(one > FRAME_SECONDS for one in spent)
    worst, p95 = max(spent) * 1e3, percentile(spent, 0.95) * 1e3
    print(f"{len(spent)} frames: p95 {p95:.1f} ms, worst {worst:.1f}, over the budget {over}; codes read {read}")
    return {"frames": len(spent), "p95_ms": round(p95, 1), "worst_ms": round(worst, 1), "over": over}


def run() -> dict[str, Any]:
    """All tables."""
    cv2.setNumThreads(1)
    # OpenCV's reader complains of each code with an ECI.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    reading = readers()
    real = _real()
    results: dict[str, Any] = {}
    if real:
        results["photographs"] = table(real, reading)
    else:
        print("the pictures (../shared/data/qr) are not beside this checkout")
    drawn = [sample(kind, number) for kind in KINDS for number in range(EACH)]
    results["degraded"] = table(drawn, reading)
    results["charsets"] = charsets(reading)
    results["empty"] = blank(reading)
    results["frames"] = frames()
    results["grain"] = colours.grainy(reading, 45.0)
    results["colours"] = colours.run()
    return results
