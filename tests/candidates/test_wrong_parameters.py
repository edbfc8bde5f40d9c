"""A page asked nonsense shows its form with what was typed, and says at the field what to write."""

import re

import pytest
from django.urls import reverse


@pytest.mark.parametrize("page", ["scan", "sources"])
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("minRedshift=abc", ['value="abc"', 'id="wrong-minRedshift"', "Write a number, such as 0.05."]),
        ("maxRedshift=1e999", ['value="1e999"', 'id="wrong-maxRedshift"']),
        ("startDate=yesterday-ish", ["Write a date"]),
        ("numberDetections=many", ["numberDetections", "Write a whole number."]),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(client, member, page, query, shown):
    client.force_login(member)
    answer = client.get(f"{reverse(page)}?{query}&objID=kept&sourceID=kept")
    html = answer.content.decode()
    assert answer.status_code == 400
    assert re.search(r'<form class="filters[^"]* unfolded"', html)
    for words in (*shown, "kept", "Nothing was searched"):
        assert words in html


def test_what_makes_no_sense_together_is_said_above_the_form(client, member):
    client.force_login(member)
    answer = client.get(f"{reverse('sources')}?ra=10")
    assert answer.status_code == 400
    assert b"all three are required" in answer.content
    assert b'<form class="filters"' in answer.content
