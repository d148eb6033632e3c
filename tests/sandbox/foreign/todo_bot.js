// The same to-do bot as tutorials write one with Bolt for JavaScript.
const { App } = require("@slack/bolt");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
const todos = [];

app.message("hello", async ({ message, say }) => {
  const button = { type: "button", text: { type: "plain_text", text: "Wave" }, action_id: "wave" };
  const greeting = { type: "section", text: { type: "mrkdwn", text: `Hey <@${message.user}>!` }, accessory: button };
  await say({ blocks: [greeting], text: "Hey!" });
});

app.action("wave", async ({ ack, body, client }) => {
  await ack();
  await client.reactions.add({ channel: body.channel.id, timestamp: body.message.ts, name: "wave" });
});

app.command("/todo", async ({ ack, body, client }) => {
  await ack();
  const element = { type: "plain_text_input", action_id: "text" };
  const field = { type: "input", block_id: "what", label: { type: "plain_text", text: "What?" }, element };
  const view = {
    type: "modal",
    callback_id: "add",
    title: { type: "plain_text", text: "To do" },
    submit: { type: "plain_text", text: "Add" },
    private_metadata: body.channel_id,
    blocks: [field],
  };
  await client.views.open({ trigger_id: body.trigger_id, view });
});

app.view("add", async ({ ack, body, view, client }) => {
  const text = view.state.values.what.text.value;
  if (text.length < 3) return ack({ response_action: "errors", errors: { what: "Say a little more" } });
  await ack();
  todos.push(text);
  return client.chat.postMessage({ channel: view.private_metadata, text: `<@${body.user.id}> will ${text}` });
});

app.event("app_home_opened", async ({ event, client }) => {
  const lines = todos.map((todo) => `• ${todo}`).join("\n") || "Nothing to do";
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: lines } }];
  await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
});

app.start();
