"""What people put in at the screen, into acts; a double tap is one act."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta, Struct

from agent.acts import Act, Answer, Do, Member, Register, Remeasure, SignOff, Typed, WaitForDuty
from agent.kiosk.board import Board
from agent.kiosk.seal import key_of, seal
from kadian.errors import KadianError
from kadian.messages.registration import Registration
from kadian.messages.screening import MOST_MEMBERS

log = structlog.get_logger(__name__)
REMEMBERED = 256
UNDER_WAY = "K0441"
"""The gate has taken the act up and is slow with it: a second tap must not be a second act."""
Typable = Annotated[float, Meta(ge=34.0, le=43.0)]
"""°C that a living person may have and a thermometer of people shows; the keys refuse others, and so does the desk."""


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """`form` is made by the page when it opens a form, and is the same for every tap on its button."""

    form: UUID


class TypedForm(Form, frozen=True, forbid_unknown_fields=True):
    """See `Typed`."""

    celsius: Typable
    kind: Literal["contact", "body_estimate"]
    site: Literal["forehead", "wrist", "neck", "armpit", "ear"]
    remeasure_of: UUID | None = None


class RemeasureForm(Form, frozen=True, forbid_unknown_fields=True):
    """See `Remeasure`."""

    id: UUID | None
    site: Literal["forehead", "wrist", "neck"] | None = None


class PutAway(Form, frozen=True, forbid_unknown_fields=True):
    """The office's note of this number has been read."""

    number: int


class MemberForm(Form, frozen=True, forbid_unknown_fields=True):
    """See `Member`."""

    number: Annotated[int, Meta(ge=1, le=MOST_MEMBERS)]


class RegisterForm(Form, frozen=True, forbid_unknown_fields=True):
    """See `Registration`."""

    entry: Registration


FORMS: dict[str, type[Form]] = {
    "typed": TypedForm,
    "remeasure": RemeasureForm,
    "wait_for_duty": Form,
    "sign_off": Form,
    "register": RegisterForm,
    "member": MemberForm,
    "put_away": PutAway,
}


class Desk:
    """Takes forms, one at a time.

    Args:
        board: where notes are put away.
        do: carries an act out; None on a gate whose screen only shows.
        office_key: the office's public key for registrations (X25519, base64), as the policy has it now.
    """

    def __init__(self, board: Board, do: Do | None, office_key: Callable[[], str | None]) -> None:
        self._board = board
        self._do = do
        self._office_key = office_key
        self._one_at_a_time = threading.Lock()
        self._done: OrderedDict[UUID, Answer] = OrderedDict()

    def registers(self, *, private: bool) -> str:
        """`yes`, or the word that says why outsiders cannot be registered from this screen."""
        if not private:
            return "not_private"
        return "yes" if key_of(self._office_key()) else "no_office_key"

    def take(self, name: str, body: bytes, *, private: bool) -> Answer:
        """Carries out a form, once however often it comes.

        Args:
            name: which form.
            body: its JSON.
            private: nobody on the way can have read it (loopback, or HTTPS).

        Raises:
            KeyError: there is no such form.
            ValueError: it is not filled in as the form asks. The message is not for logs: it may quote the form.
        """
        try:
            form = msgspec.json.decode(body, type=FORMS[name])
        except msgspec.MsgspecError as error:
            raise ValueError(str(error)) from None
        with self._one_at_a_time:
            if form.form in self._done:
                return self._done[form.form]
            answer = self._carry_out(name, form, private=private)
            if answer.ok or answer.word == UNDER_WAY:  # what was refused may be tried again
                self._done[form.form] = answer
                if len(self._done) > REMEMBERED:
                    self._done.popitem(last=False)
            return answer

    def _carry_out(self, name: str, form: Form, *, private: bool) -> Answer:
        if isinstance(form, PutAway):
            self._board.put_away(form.number)
            return Answer(ok=True)
        if isinstance(form, RegisterForm):
            key = key_of(self._office_key())
            if not private or key is None:
                return Answer(ok=False, word=f"kiosk.{self.registers(private=private)}")
            return self._act(Register(seal(form.entry, key)))
        return self._act(_meant(name, form))

    def _act(self, act: Act) -> Answer:
        if self._do is None:
            return Answer(ok=False, word="kiosk.shows_only")
        try:
            return self._do(act)
        except KadianError as error:
            return Answer(ok=False, word=error.code)
        except Exception as error:  # noqa: BLE001 - the screen stays; what went wrong may quote the act, so its kind alone is told
            log.error("act_failed", act=type(act).__name__, kind=type(error).__name__)  # noqa: TRY400
            return Answer(ok=False, word="kiosk.failed")


def _meant(name: str, form: Form) -> Act:
    if isinstance(form, TypedForm):
        return Typed(form.celsius, form.kind, form.site, form.remeasure_of)
    if isinstance(form, RemeasureForm):
        return Remeasure(form.id, form.site)
    if isinstance(form, MemberForm):
        return Member(form.number)
    return WaitForDuty() if name == "wait_for_duty" else SignOff()
