// A message shortcut: opens a form about the message, and answers in its thread.
const { app } = require('./app');

const plain = (text) => ({ type: 'plain_text', text });

app.shortcut({ callback_id: 'fix', type: 'message_action' }, async ({ ack, shortcut, client }) => {
  await ack();
  await client.views.open({
    trigger_id: shortcut.trigger_id,
    view: {
      type: 'modal', callback_id: 'about', title: plain('Fix this sync'), submit: plain('Start'),
      private_metadata: JSON.stringify({ channel: shortcut.channel.id, ts: shortcut.message.ts }),
      blocks: [
        {
          type: 'input', block_id: 'error', label: plain('Error'),
          element: { type: 'plain_text_input', action_id: 'text', initial_value: shortcut.message.text },
        },
      ],
    },
  });
});

app.view('about', async ({ ack, view, body, client }) => {
  await ack();
  const { channel, ts } = JSON.parse(view.private_metadata);
  const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
  await client.chat.postMessage({ channel, thread_ts: ts, text: `${body.user.name}: ${view.state.values.error.text.value} (${permalink})` });
});

app.start();
