import msgspec


class Counters(msgspec.Struct):
    """What ingest has done since the office started; the names are those of the metrics.

    `received` counts MQTT messages; `stored`, `duplicates` and `rejected` count screenings (`rejected` also whole
    messages of any kind); `shed` counts messages that were left for the gate to send again because too many waited.
    """

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    receipts: int = 0
    resends_asked: int = 0
    shed: int = 0
    commits: int = 0
    failed_commits: int = 0
    commit_seconds: float = 0.0
    last_commit_seconds: float = 0.0
