"""A gate without a configuration: it looks for the office's code before its camera, and nothing else."""

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from agent.enrolment import enrol
from agent.kiosk import Board, Kiosk
from agent.scanner.camera import open_source
from agent.scanner.cascade import Cascade
from agent.scanner.live import Live
from agent.scanner.source import Source
from agent.settings import KioskSettings
from kadian.errors import KadianError
from kadian.invitation import PREFIX, Invitation, parse
from kadian.text import say

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 5.0
"""A code that was refused is tried again when it is still there after so long: the network may come."""


def wait_for_invitation(config: Path, camera: str, stop: threading.Event, *, screen: tuple[str, int] | None) -> bool:
    """Looks through `camera` until an invitation has been honoured and `config` is written.

    Args:
        config: the file that is missing.
        camera: an index, a device, a URL or a folder of pictures.
        stop: ends the waiting; asked at every turn, with or without a picture.
        screen: host and port of the gate's own page while it waits, None without one.

    Returns:
        Whether the gate is enrolled now.
    """
    board = Board("—")
    page = Kiosk(board, KioskSettings(*screen)) if screen else None
    if page is not None:
        page.start()
    _tell(board, "kiosk.show_invitation")
    source, look = open_source(camera), Live(Cascade()).look
    ended = threading.Event()
    threading.Thread(target=_watch, args=(source, board, ended), name="enrolment-watch", daemon=True).start()
    tried: dict[str, float] = {}
    try:
        for frame in source.frames(stop):
            for found in look(frame.image, frame.at):
                if found.text.startswith(PREFIX) and frame.at - tried.get(found.text, -AGAIN_SECONDS) >= AGAIN_SECONDS:
                    if _try(found.text, config, board, stop):
                        return True
                    tried = {found.text: frame.at}
        return False
    finally:
        ended.set()
        if page is not None:
            page.stop()


def _watch(source: Source, board: Board, ended: threading.Event) -> None:
    """Says on the screen when there is no camera to hold a code before; it gives no frames that could."""
    while not ended.wait(1.0):
        troubles = {"lost": ["no_camera"], "silent": ["silent_camera"]}.get(source.state, [])
        board.devices(troubles=troubles, waiting=0, online=False)


def _try(text: str, config: Path, board: Board, stop: threading.Event) -> bool:
    try:
        invitation = _invitation(text)
        log.info("invitation_seen", site=invitation.site, gate=invitation.gate, office=invitation.address)
        _tell(board, "kiosk.enrolling", gate=invitation.gate)
        _while_asking(lambda: enrol(invitation, config), stop)
    except KadianError as error:
        log.warning("enrolment_failed", code=error.code, what=error.what(), do=error.do())
        board.message(f"{error.what('zh')} {error.do('zh')}\n{error.what('en')} {error.do('en')}")
        return False
    return config.exists()


def _while_asking(work: Callable[[], None], stop: threading.Event) -> None:
    """Does it beside this thread, which goes on showing that it lives: a slow office may take longer than systemd."""
    failed: list[BaseException] = []

    def do() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody waits for it
            failed.append(error)

    thread = threading.Thread(target=do, name="enrolment", daemon=True)
    thread.start()
    while thread.is_alive() and not stop.is_set():
        thread.join(1.0)
    if failed:
        raise failed[0]


def _invitation(text: str) -> Invitation:
    try:
        return parse(text)
    except ValueError as error:
        raise KadianError("K0516", "camera") from error


def _tell(board: Board, key: str, **values: str) -> None:
    log.info("enrolment", says=say(key, "en", **values))
    board.message(f"{say(key, 'zh', **values)}\n{say(key, 'en', **values)}")
