"""A page in sections, verbatim and with the right line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from store.domain.section import Section, sections_of, units_of

PAGE = """\
# Aggregate Engagement

Who uses what.

## Symptoms

### The stream is empty

Kafka is down.

1. Call the Kafka team.

```bash
# not a heading
kafka-topics --list
```

### Late events ###

They come tomorrow.

## SLA
48 hours.
"""


def sections(body: str = PAGE, first_line: int = 1) -> tuple[Section, ...]:
    return sections_of("Aggregate Engagement", "aggregate-engagement", body, first_line)


def test_a_page_becomes_its_sections_in_order() -> None:
    assert [section.path for section in sections()] == [
        (),
        ("Symptoms", "The stream is empty"),
        ("Symptoms", "Late events"),
        ("SLA",),
    ]


def test_the_text_is_verbatim_with_its_code_block() -> None:
    assert sections()[1].text == (
        "Kafka is down.\n\n1. Call the Kafka team.\n\n```bash\n# not a heading\nkafka-topics --list\n```"
    )


def test_the_line_is_that_of_the_heading_in_the_file() -> None:
    shifted = sections(first_line=41)
    lines = [""] * 40 + PAGE.splitlines()
    for section in shifted:
        assert section.heading == "Aggregate Engagement" or section.heading in lines[section.line - 1]
    assert [section.line for section in shifted] == [41, 47, 58, 62]


def test_only_a_new_line_makes_a_line_as_an_editor_counts() -> None:
    (section,) = sections_of("A", "a", "one\x0cpage\u2028more\x85\n## Late\ntext\n", 10)[1:]
    assert (section.heading, section.line) == ("Late", 11)


def test_hashes_after_a_heading_close_it_unless_they_belong_to_its_last_word() -> None:
    body = "## Late ##\nx\n## Written in C#\nx\n##  Spaced  \nx\n"
    assert [section.heading for section in sections_of("A", "a", body, 1)] == ["Late", "Written in C#", "Spaced"]


def test_a_heading_without_text_of_its_own_is_no_section() -> None:
    assert "Symptoms" not in [section.heading for section in sections()]


def test_the_citation_names_page_and_headings() -> None:
    assert sections()[1].citation == "Aggregate Engagement › Symptoms › The stream is empty"
    assert sections()[0].citation == "Aggregate Engagement"


def test_text_before_any_heading_is_cited_by_its_own_line() -> None:
    (only,) = sections("\n\nJust a note.\n", first_line=10)
    assert (only.heading, only.path, only.line) == ("Aggregate Engagement", (), 12)


def test_an_empty_page_has_no_sections() -> None:
    assert sections("") == sections("\n \n") == ()


def test_a_longer_fence_is_closed_only_by_one_as_long() -> None:
    (only,) = sections("## Code\n````\n```\n## still code\n````\n")
    assert "## still code" in only.text


@given(st.lists(st.sampled_from(["# A", "## B", "### C", "text", "", "```", "- item", "#no heading"]), max_size=25))
def test_no_line_of_a_page_is_lost(lines: list[str]) -> None:
    body = "\n".join(lines)
    kept = "\n".join(section.text for section in sections(body))
    inside = False
    for line in lines:
        if line == "```":
            inside = not inside
        elif line and (inside or not re.match(r"#+ ", line)):
            assert line in kept


ISSUES = """\
Seen before:

- **Kafka delay:** clicks come late.
  Wait for the lag.
- **Kafka outage:** a day is lost.

Ask the Kafka team about both.
"""


def section(heading: str, text: str) -> Section:
    return Section("p", "Page", heading, (heading,), text, 5)


def test_each_entry_of_a_list_of_issues_is_found_by_itself() -> None:
    units = units_of(section("Common issues", ISSUES))
    assert [unit.text.split("\n")[0] for unit in units] == [
        "Seen before:",
        "- **Kafka delay:** clicks come late.",
        "- **Kafka outage:** a day is lost.",
        "Ask the Kafka team about both.",
    ]
    assert units[1].text.endswith("Wait for the lag.")
    assert {(unit.heading, unit.line) for unit in units} == {("Common issues", 5)}


def test_steps_stay_together() -> None:
    steps = section("Known issues", "1. Look.\n2. Repair.\n")
    assert units_of(steps) == (steps,)


def test_lists_elsewhere_stay_together() -> None:
    other = section("Contacts", ISSUES)
    assert units_of(other) == (other,)
