"""Modals, the app's home and selects that ask the app, with a real Bolt app."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.driver import Doc, Refusal, Workspace, until
from tests.integration.sandbox.apps import Heard, new_app, over_sockets, web


def plain(text: str) -> Doc:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Report", **more: Any) -> Doc:
    reason = {"type": "plain_text_input", "action_id": "text", "min_length": 3}
    pipeline = {"type": "external_select", "action_id": "pick", "min_query_length": 0}
    severity = {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": [{"text": plain(each.title()), "value": each} for each in ("low", "medium")],
    }
    return {
        "type": "modal",
        "callback_id": "report",
        "title": plain(title),
        "submit": plain("Send"),
        "private_metadata": "kept",
        "blocks": [
            {"type": "input", "block_id": "why", "label": plain("Why"), "element": reason},
            {
                "type": "input",
                "block_id": "severity",
                "label": plain("How bad"),
                "element": severity,
                "optional": True,
            },
            {
                "type": "input",
                "block_id": "pipeline",
                "label": plain("Pipeline"),
                "element": pipeline,
                "optional": True,
                "dispatch_action": True,
            },
            {"type": "actions", "block_id": "more", "elements": [button("deeper")]},
        ],
        **more,
    }


def button(action_id: str) -> Doc:
    return {"type": "button", "text": plain(action_id.title()), "action_id": action_id}


class Forms:
    """An app that opens a modal on /rerun; tests say what it answers to a submission."""

    def __init__(self, app: AsyncApp, heard: Heard, view: Doc) -> None:
        self.heard = heard
        self.view = view
        self.answer: Doc = {}
        self.refused: list[str] = []
        app.command("/rerun")(self.rerun)
        app.view("report")(self.report)
        app.view_closed("report")(self.closed)
        app.action("deeper")(self.deeper)
        app.action("pick")(self.closed)
        app.options("pick")(self.offer)

    async def rerun(self, ack: Any, client: Any, body: Doc) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=self.view)

    async def report(self, ack: Any) -> None:
        await ack(**self.answer)

    async def closed(self, ack: Any) -> None:
        await ack()

    async def deeper(self, ack: Any, client: Any, body: Doc) -> None:
        await ack()
        try:
            await client.views_push(trigger_id=body["trigger_id"], view=modal("Deeper", notify_on_close=True))
        except SlackApiError as error:
            self.refused.append(error.response["error"])

    async def offer(self, ack: Any, payload: Doc) -> None:
        known = ("aggregate-engagement", "aggregate-growth", "daily-growth")
        fit = [each for each in known if payload["value"] in each]
        await ack(options=[{"text": plain(each), "value": each} for each in fit])


@pytest.fixture
def forms(slack: Workspace) -> Iterator[Forms]:
    app, heard = new_app(slack)
    forms = Forms(app, heard, modal())
    with over_sockets(slack, app):
        yield forms


def test_a_submission_carries_what_was_filled_in(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun")
    choo.fill_in({"Why": "rows are missing", "How bad": "Low", "Pipeline": "aggregate-growth"})
    assert choo.submit() == {}
    choo.expect_no_modal()
    [submission] = forms.heard.of("view_submission")
    values = submission["view"]["state"]["values"]
    assert values["why"]["text"] == {"type": "plain_text_input", "value": "rows are missing"}
    assert values["severity"]["pick"]["selected_option"]["value"] == "low"
    assert values["pipeline"]["pick"]["selected_option"]["text"]["text"] == "aggregate-growth"
    assert submission["view"]["private_metadata"] == "kept"
    assert submission["view"]["root_view_id"] == submission["view"]["id"]
    assert submission["response_urls"] == []


def test_what_was_left_out_is_null(slack: Workspace, forms: Forms) -> None:
    slack.as_("choo").command("/rerun").fill(why="because").submit()
    values = forms.heard.of("view_submission")[0]["view"]["state"]["values"]
    assert values["severity"]["pick"]["selected_option"] is None


def test_slacks_client_checks_before_the_app_does(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun")
    assert choo.submit() == {"why": "Please complete this required field."}
    assert choo.fill(why="x").submit() == {"why": "Enter at least 3 characters."}
    assert choo.expect_modal("Enter at least 3 characters.")
    assert not forms.heard.of("view_submission")


def test_a_choice_must_have_been_offered(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun")
    with pytest.raises(Refusal, match="no_such_option"):
        choo.fill(why="because", severity="enormous").submit()
    with pytest.raises(Refusal, match="no_such_option"):
        choo.fill(why="because", pipeline="aggregate-gossip").submit()


def test_the_apps_errors_stay_on_the_view(slack: Workspace, forms: Forms) -> None:
    forms.answer = {"response_action": "errors", "errors": {"why": "Say more"}}
    choo = slack.as_("choo").command("/rerun")
    assert choo.fill(why="because").submit() == {"why": "Say more"}
    assert "Say more" in choo.expect_modal().text
    assert choo.views()[0].doc["values"]["why"] == "because", "what was typed is still there"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "Say more"}},
        {"response_action": "update", "view": {"type": "modal", "title": plain("x" * 25), "blocks": []}},
        {"response_action": "vanish"},
    ],
)
def test_an_answer_that_slack_would_not_take_leaves_the_view_open(slack: Workspace, forms: Forms, answer: Doc) -> None:
    forms.answer = answer
    choo = slack.as_("choo").command("/rerun")
    with pytest.raises(Refusal, match="We had some trouble connecting"):
        choo.fill(why="because").submit()
    assert choo.views()


def test_a_submission_may_change_the_view(slack: Workspace, forms: Forms) -> None:
    forms.answer = {"response_action": "update", "view": {"type": "modal", "title": plain("Sent"), "blocks": []}}
    choo = slack.as_("choo").command("/rerun")
    before = choo.expect_modal().id
    choo.fill(why="because").submit()
    assert choo.expect_modal("Sent").id == before


def test_views_pile_up_to_three_and_come_off_one_by_one(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun").click("Deeper").click("Deeper")
    until(lambda: len(choo.views()) == 3, "there are not three views")
    first, second, third = (each.doc for each in choo.views())
    assert (second["previous_view_id"], third["previous_view_id"]) == (first["id"], second["id"])
    assert {each["root_view_id"] for each in (first, second, third)} == {first["id"]}
    choo.click("Deeper")
    until(lambda: forms.refused == ["push_limit_reached"], lambda: f"refused: {forms.refused}")
    choo.fill(why="because").submit()
    assert [each.id for each in choo.views()] == [first["id"], second["id"]]
    choo.close()
    [closed] = forms.heard.expect("view_closed")
    assert closed["view"]["id"] == second["id"]
    assert closed["is_cleared"] is False


def test_clear_closes_all_views(slack: Workspace, forms: Forms) -> None:
    forms.answer = {"response_action": "clear"}
    choo = slack.as_("choo").command("/rerun").click("Deeper")
    choo.expect_modal("Deeper")
    until(lambda: len(choo.views()) == 2, "the second view is missing")
    choo.fill(why="because").submit()
    choo.expect_no_modal()


def test_closing_everything_tells_the_app_that_all_is_cleared(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun").click("Deeper")
    until(lambda: len(choo.views()) == 2, "the second view is missing")
    choo.close(everything=True).expect_no_modal()
    [closed] = forms.heard.expect("view_closed")
    assert closed["is_cleared"] is True


def test_a_choice_that_dispatches_is_told_at_once(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun")
    choo.expect_modal().click("pick", value="Low")  # the radio buttons do not dispatch
    here = {"user": choo.user, "view_id": choo.views()[0].id, "action_id": "pick", "block_id": "pipeline"}
    slack.act("options", **here, value="")
    slack.act("view", **here, action="block_action", value="daily-growth")
    [action] = forms.heard.expect("block_actions")
    assert action["actions"][0]["selected_option"]["value"] == "daily-growth"
    assert action["view"]["state"]["values"]["severity"]["pick"]["selected_option"]["value"] == "low"
    assert action["container"] == {"type": "view", "view_id": action["view"]["id"]}


def test_an_old_hash_does_not_overwrite_a_newer_view(slack: Workspace, forms: Forms) -> None:
    choo = slack.as_("choo").command("/rerun")
    view, client = choo.expect_modal().doc, web(slack)
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Second"))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Third"))
    choo.close()
    with pytest.raises(SlackApiError, match="not_found"):
        client.views_update(view_id=view["id"], view=modal("Fourth"))


def test_a_modal_does_not_become_a_home(slack: Workspace, forms: Forms) -> None:
    view = slack.as_("choo").command("/rerun").expect_modal().doc
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        web(slack).views_update(view_id=view["id"], view={"type": "home", "blocks": []})


def test_a_view_goes_by_the_name_the_app_gave_it(slack: Workspace, forms: Forms) -> None:
    forms.view = modal(external_id="mine")
    choo = slack.as_("choo").command("/rerun")
    choo.expect_modal("Report")
    web(slack).views_update(external_id="mine", view=modal("Found"))
    choo.expect_modal("Found")
    forms.view = modal()


def test_a_trigger_opens_one_view_within_three_seconds(slack: Workspace, forms: Forms) -> None:
    slack.as_("choo").command("/rerun").expect_modal()
    trigger = forms.heard.of("/rerun")[0]["trigger_id"]
    client = web(slack)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_open(trigger_id=trigger, view=modal())
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        client.views_open(trigger_id="1.2.made-up", view=modal())


def test_a_trigger_expires(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.command("/rerun")
    async def rerun(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").command("/rerun")
        time.sleep(3.05)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            web(slack).views_open(trigger_id=heard.of("/rerun")[0]["trigger_id"], view=modal())


def test_the_home_is_published_for_one_person_and_used_by_them(slack: Workspace, forms: Forms) -> None:
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button("deeper")]}]}
    client = web(slack)
    first = client.views_publish(user_id="U0CHOO", view=home)["view"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_publish(user_id="U0CHOO", view=home, hash="1.old")
    assert client.views_publish(user_id="U0CHOO", view=home, hash=first["hash"])["view"]["id"] == first["id"]
    slack.as_("choo").expect_home("Deeper")
    assert slack.as_("aidil").home() is None
    slack.act("view", user="U0CHOO", view_id=first["id"], action="block_action", action_id="deeper")
    [action] = forms.heard.of("block_actions")
    assert action["view"]["type"] == "home"


def test_opening_the_home_is_heard(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.event("app_home_opened")
    async def opened(event: Doc, client: Any) -> None:
        await client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [{"type": "header", "text": plain("Your shifts")}]}
        )

    with over_sockets(slack, app):
        slack.as_("choo").open_home().expect_home("Your shifts")
    assert heard.of("app_home_opened")[0]["event"]["tab"] == "home"


def test_a_message_shortcut_brings_the_message_also_from_a_thread(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.shortcut("create_ticket")
    async def ticket(ack: Any, client: Any, body: Doc) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("Ticket"))

    with over_sockets(slack, app):
        choo = slack.as_("choo")
        answer = choo.say("broken too", thread=choo.say("broken"))
        choo.shortcut("create_ticket", answer).expect_modal("Ticket")
        with pytest.raises(Refusal, match="unknown_shortcut"):
            choo.shortcut("make_coffee", answer)
    [shortcut] = heard.of("message_action")
    assert shortcut["message"]["text"] == "broken too"
    assert shortcut["message"]["thread_ts"] == answer.root_ts
    assert shortcut["channel"] == {"id": "C0DATAONCALL", "name": "data-oncall"}


def test_a_global_shortcut_has_a_trigger(slack: Workspace) -> None:
    app, heard = new_app(slack)

    @app.shortcut("ask")
    async def ask(ack: Any) -> None:
        await ack()

    with over_sockets(slack, app):
        slack.as_("choo").shortcut("ask")
    assert heard.of("shortcut")[0]["trigger_id"]


def test_a_submission_closes_its_own_view_also_when_the_person_was_faster(slack: Workspace) -> None:
    app, heard = new_app(slack)
    forms, gone = Forms(app, heard, modal()), threading.Event()

    async def late(ack: Any) -> None:
        await asyncio.to_thread(gone.wait, 2)
        await ack()

    app.view("slow")(late)
    forms.view = modal(callback_id="slow")
    with over_sockets(slack, app):
        choo = slack.as_("choo").command("/rerun").fill(why="because")
        sending = threading.Thread(target=choo.submit)
        sending.start()
        heard.expect("view_submission")
        choo.close()
        choo.command("/rerun").expect_modal()
        gone.set()
        sending.join()
        assert len(choo.views()) == 1, "the new one stays open"
