from tests.collector.alerts import verdicts


def test_the_page_of_channels_says_what_is_measured_and_no_channel_of_ours_takes_a_refusal_for_a_delivery():
    found = verdicts.measured()
    text = verdicts.DOCUMENT.read_text("utf-8")
    assert verdicts.document(text, found) == text
    for name, one in found.items():
        assert one["taken"] == ("accepted", "sent"), name
        by_status_alone = {"a page of somebody else"} if name == "webhook" else set()
        others = {label for label, (mine, _) in one.items() if mine == "accepted"} - {"taken"}
        assert others == by_status_alone, name
