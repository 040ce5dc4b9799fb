"""How many messages an hour somebody is sent. Pure.

Three in ten are kept for confirmed fevers, and one for a digest. A confirmed fever is never held back; one page is
allowed in any case, and so is a digest where there was none for an hour.
"""

from collector.alerts.settings import Person
from collector.ledger.deliveries import Pushes


def for_page(person: Person, sent: Pushes) -> bool:
    """Whether a page has room after what was sent within the last hour."""
    return sent.ordinary < max(1, _without_fevers(person) - 1) and sent.all < person.pushes_per_hour


def for_digest(person: Person, sent: Pushes) -> bool:
    """The same for a digest."""
    return not sent.digests or sent.ordinary + sent.digests < _without_fevers(person)


def _without_fevers(person: Person) -> int:
    return person.pushes_per_hour - -(-3 * person.pushes_per_hour // 10)
