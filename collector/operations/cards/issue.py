"""Cards for homes: each gets a number and a code, each person a holder that means something in the register only."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from collector.operations.cards.homes import Home
from collector.operations.cards.key import CardKey
from collector.operations.cards.register import Issued, Person
from kadian import passcard


def issue(homes: Iterable[Home], first: int, until: date, at: datetime, draw: Callable[[int], bytes]) -> list[Issued]:
    """The entries of the register for new cards.

    Args:
        homes: who gets a card.
        first: the first one's number.
        until: their last day.
        at: now.
        draw: gives so many random bytes.
    """
    made = []
    for number, home in enumerate(homes, first):
        people = tuple(Person(name, draw(passcard.HOLDER_BYTES).hex()) for name in home.people)
        holder = people[0].holder if len(people) == 1 else draw(passcard.HOLDER_BYTES).hex()
        made.append(Issued(number, holder, home.place, people, until, at))
    return made


def text_of(card: Issued, key: CardKey) -> str:
    """What the card's code says: key, holders and last day, nothing else."""
    holder = bytes.fromhex(card.holder)
    if len(card.people) == 1:
        return passcard.issue(key.secret, key.id, holder, card.until)
    members = tuple(passcard.Member(bytes.fromhex(person.holder), card.until) for person in card.people)
    return passcard.issue_household(key.secret, key.id, holder, members)


def holder_of(cards: Iterable[Issued], named: str) -> tuple[str, Issued] | None:
    """Whom the office means, and on which card: a card's number (17), one of its people (17.2), or a holder."""
    number, _, place = named.partition(".")
    for card in cards:
        if number.isdecimal() and len(number) < passcard.HOLDER_BYTES * 2:
            if card.number != int(number):
                continue
            if not place:
                return card.holder, card
            if place.isdecimal() and 1 <= int(place) <= len(card.people):
                return card.people[int(place) - 1].holder, card
        elif named.lower() in {card.holder, *(person.holder for person in card.people)}:
            return named.lower(), card
    return None
