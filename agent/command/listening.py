"""`kadian doctor --listen`: hears what comes in on serial ports, and never sends a byte."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from agent.thermometer import Driver, find, names
from agent.thermometer.hearing import Heard, Listener
from agent.wire import Gone
from agent.wire.holders import holders
from agent.wire.port import SerialLine, open_port
from agent.wire.usb import MACHINE, Tree, consoles, plugged, resolve
from kadian.command.finding import Finding
from kadian.errors import KadianError

RATES = (9600, 115200, 57600, 38400, 19200)
"""Tried even where no driver has them; the drivers' own come first, the commonest of them before the others."""

CLEAR_FRAMES, CLEAR_SECONDS = 10, 1.0
"""Enough to end the listening at a rate early."""

QUIET_RATES = 2
"""A line that said nothing at so many rates is quiet at all: at a wrong rate, too, something would come."""


def findings(seconds: float, port: str | None = None, tree: Tree = MACHINE) -> Iterator[Finding]:
    """One finding a port, or for the port named.

    Args:
        seconds: at each rate.
        port: as the settings name it; None: all serial ports but this machine's console.
        tree: where the kernel tells what is plugged in.
    """
    free = [one.name for one in plugged("tty", tree) if one.node not in consoles(tree)]
    ports = [port] if port is not None else free
    for one in ports:
        try:
            yield listen(one, seconds, tree)
        except KadianError as trouble:
            more = {"port": one, "code": trouble.code}
            yield Finding("listen", "missing", f"{one}  {trouble.code}", more=more, trouble=trouble)
    if not ports:
        yield Finding("listen", "missing", "0", "doctor.no_serial")


def listen(port: str, seconds: float, tree: Tree = MACHINE) -> Finding:
    """Listens on one port, at one rate after another until something is understood.

    Raises:
        KadianError: it cannot be opened; K0202 also when another process holds it, and then it was not opened.
    """
    node = resolve(port, tree=tree)
    others = holders(node)
    if others:
        raise KadianError("K0202", port, baud="—", reason=", ".join(one.name for one in others))
    drivers = [find(name) for name in names()]
    rates = plausible(drivers)
    line = open_port(node, rates[0])
    heard: list[tuple[int, Heard]] = []
    try:
        for rate in rates:
            line.retune(rate)
            heard.append((rate, _at_one_rate(line, drivers, seconds)))
            quiet = [one for _, one in heard if one.verdict == "quiet"]
            if heard[-1][1].verdict in {"one", "several"} or len(quiet) == len(heard) == QUIET_RATES:
                break
    except Gone as gone:
        raise KadianError("K0204", port, reason=str(gone)) from gone
    finally:
        line.close()
    return told(port, *max(heard, key=lambda one: _worth(one[1])))


def plausible(drivers: Sequence[Driver]) -> list[int]:
    """Rates to try, in bits a second: those of the most drivers first."""
    counted = Counter(driver.baud for driver in drivers if driver.open is None)
    return list(dict.fromkeys([rate for rate, _ in counted.most_common()] + list(RATES)))


def told(port: str, rate: int, heard: Heard) -> Finding:
    """What was heard, as a finding."""
    best = heard.best
    rows = [{name: getattr(one, name) for name in one.__struct_fields__} for one in heard.understood]
    more = {"port": port, "baud": rate, "bytes": heard.size, "verdict": heard.verdict, "looks": heard.looks}
    more |= {"shape": heard.shape, "drivers": rows}
    ranking = ", ".join(f"{one.driver} {one.frames} ({one.share:.0%})" for one in heard.understood[:4])
    values = {"driver": best.driver if best else "", "title": best.title if best else "", "baud": rate}
    values |= {"bytes": heard.size, "shape": heard.shape, "ranking": ranking}
    key = f"doctor.heard_{heard.verdict}" + (f"_{heard.looks}" if heard.verdict == "none" else "")
    state = "ok" if heard.verdict in {"one", "several"} else "warning"
    parts = [port, f"{rate} baud", f"{heard.size} B", ranking]
    return Finding("listen", state, "  ".join(part for part in parts if part), key, values, more)  # type: ignore[arg-type]


def _at_one_rate(
    line: SerialLine, drivers: Sequence[Driver], seconds: float, monotonic: Callable[[], float] = time.monotonic
) -> Heard:
    listener = Listener(drivers)
    began = monotonic()
    frames = 0
    while (passed := monotonic() - began) < seconds:
        frames += listener.feed(line.read())
        if frames >= CLEAR_FRAMES and passed > min(CLEAR_SECONDS, seconds):
            break
    return listener.heard()


def _worth(heard: Heard) -> tuple[bool, bool, int, float]:
    """How much a rate has shown: understood, text, frames, share."""
    best = heard.best
    return (
        heard.verdict in {"one", "several"},
        heard.looks == "text",
        best.frames if best else 0,
        best.share if best else 0.0,
    )
