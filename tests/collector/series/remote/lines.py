"""Screenings whose lines a store refuses by their numbers."""

BEGIN = 1_790_000_000_000


def screened(place, count):
    place.store([place.screen(BEGIN + number // 3) for number in range(count)])


def refusing(every):
    """Answers 400 to a batch in which a number that `every` divides stands, as InfluxDB does: nothing is written."""

    def answer(lines):
        for number, text in enumerate(lines, 1):
            if int(text[-6:]) % every == 0 and "kadian_probe" not in text:
                return 400, {}, b'{"code":"invalid","message":"unable to parse line %d"}' % number
        return 204, {}, b""

    return answer
