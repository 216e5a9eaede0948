// Posts buttons and menus, and answers what is pressed.
const { app } = require('./app');

const option = (text, value) => ({ text: { type: 'plain_text', text }, value });

const card = {
  text: 'Is the sync down?',
  blocks: [
    {
      type: 'section',
      block_id: 'ask',
      text: { type: 'mrkdwn', text: 'Is the *sync* down?' },
      accessory: { type: 'overflow', action_id: 'more', options: [option('History', 'history'), option('Dismiss', 'dismiss')] },
    },
    {
      type: 'actions',
      block_id: 'answers',
      elements: [
        { type: 'button', action_id: 'answer_yes', text: { type: 'plain_text', text: 'Yes' }, value: 'yes', style: 'primary' },
        {
          type: 'button', action_id: 'stop', text: { type: 'plain_text', text: 'Disconnect' }, value: 'now', style: 'danger',
          confirm: {
            title: { type: 'plain_text', text: 'Sure?' }, text: { type: 'plain_text', text: 'It stops.' },
            confirm: { type: 'plain_text', text: 'Stop' }, deny: { type: 'plain_text', text: 'Back' },
          },
        },
        { type: 'static_select', action_id: 'cause', options: [option('Expired token', 'token'), option('Wrong role', 'role')] },
      ],
    },
  ],
};

app.message('sync failed', async ({ message, say }) => say({ ...card, thread_ts: message.ts }));

app.message('privately', async ({ message, client }) => {
  await client.chat.postEphemeral({ ...card, channel: message.channel, user: message.user });
});

app.action('answer_yes', async ({ ack, action, body, client }) => {
  await ack();
  await client.chat.update({
    channel: body.channel.id, ts: body.message.ts, text: `<@${body.user.id}> said ${action.value}`,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `<@${body.user.id}> said *${action.value}*` } }],
  });
});

app.action({ block_id: 'answers', action_id: 'stop' }, async ({ ack, respond, body }) => {
  await ack();
  await respond({ replace_original: true, text: `stopped (${body.container.is_ephemeral ? 'private' : 'public'})` });
});

app.action(/^cause$/, async ({ ack, action, body, say }) => {
  await ack();
  const chosen = body.state?.values.answers.cause.selected_option.value;
  await say({ text: `${action.selected_option.text.text}: ${chosen}`, thread_ts: body.container.thread_ts });
});

app.action('more', async ({ ack, action, respond }) => {
  await ack();
  if (action.selected_option.value === 'dismiss') {
    await respond({ delete_original: true });
  } else {
    await respond({ text: 'nothing yet', replace_original: false });
  }
});

app.start();
