"""A to-do bot as tutorials write one with Bolt for Python. It knows Slack, and neither Muster nor the sandbox."""

import os

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = App(client=client)
todos = []


@app.message("hello")
def greet(message, say):
    button = {"type": "button", "text": {"type": "plain_text", "text": "Wave"}, "action_id": "wave"}
    greeting = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"Hey <@{message['user']}>!"},
        "accessory": button,
    }
    say(blocks=[greeting], text="Hey!")


@app.action("wave")
def wave(ack, body, client):
    ack()
    client.reactions_add(channel=body["channel"]["id"], timestamp=body["message"]["ts"], name="wave")


@app.command("/todo")
def ask(ack, body, client):
    ack()
    entry = {"type": "plain_text_input", "action_id": "text"}
    field = {"type": "input", "block_id": "what", "label": {"type": "plain_text", "text": "What?"}, "element": entry}
    view = {
        "type": "modal",
        "callback_id": "add",
        "title": {"type": "plain_text", "text": "To do"},
        "submit": {"type": "plain_text", "text": "Add"},
        "private_metadata": body["channel_id"],
        "blocks": [field],
    }
    client.views_open(trigger_id=body["trigger_id"], view=view)


@app.view("add")
def add(ack, body, view, client):
    text = view["state"]["values"]["what"]["text"]["value"]
    if len(text) < 3:
        ack(response_action="errors", errors={"what": "Say a little more"})
        return
    ack()
    todos.append(text)
    client.chat_postMessage(channel=view["private_metadata"], text=f"<@{body['user']['id']}> will {text}")


@app.event("app_home_opened")
def home(event, client):
    lines = "\n".join(f"• {todo}" for todo in todos) or "Nothing to do"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": lines}}]
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
