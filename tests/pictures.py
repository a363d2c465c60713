"""
Take the README's pictures from the running page: `python -m tests.pictures`.

What they show is what the demo shows, so they are taken again whenever that changes.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.driver import Workspace
from tests.e2e.page_browser import launched, window
from tests.e2e.test_demo import CHANNEL, demo

DOCS = Path(__file__).parent.parent / "docs"
RUN_S = 120
SETTLE_MS = 800
SIZE = {"viewport": {"width": 1280, "height": 880}, "device_scale_factor": 1.5}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder) / "state") as slack, launched() as browser:
        take_rerun(slack, browser)
        take_runbook(slack, browser)


def take_rerun(slack: Workspace, browser: Browser) -> None:
    """A run in its thread, from the question to the figures."""
    choo = slack.as_("choo").command("/rerun aggregate-engagement 2024-06-03", in_=CHANNEL)
    choo.expect_ephemeral("2024-06-03 (UTC)").click("Start run")
    line = slack.expect(CHANNEL, "run 1 is published", timeout=RUN_S)
    line.expect_reply("All checks passed.")
    with window(browser, f"{slack.url}/as/U0CHOO/C0DATAONCALL", **SIZE) as page:
        page.get_by_text("1 reply").last.click()
        page.get_by_text("table version").wait_for()
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=DOCS / "rerun.png")


def take_runbook(slack: Workspace, browser: Browser) -> None:
    """A question in plain words, answered."""
    question = "/runbook aggregate-engagement kafka was down all night"
    slack.as_("thiru").command(question, in_=CHANNEL).expect_ephemeral("Kafka is down")
    with window(browser, f"{slack.url}/as/U0THIRU/C0DATAONCALL", **SIZE) as page:
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=DOCS / "runbook.png")


if __name__ == "__main__":
    main()
