// Publishes the Home tab when it is opened, and again when something in it is pressed.
const { app } = require('./app');

const home = (text) => ({
  type: 'home',
  callback_id: 'home',
  blocks: [
    { type: 'header', text: { type: 'plain_text', text } },
    { type: 'actions', elements: [{ type: 'button', action_id: 'refresh', text: { type: 'plain_text', text: 'Refresh' }, value: '7' }] },
  ],
});

app.event('app_home_opened', async ({ event, client }) => {
  if (event.tab !== 'home') {
    return;
  }
  const first = event.view === undefined;
  await client.views.publish({ user_id: event.user, view: home(first ? 'Welcome' : 'Welcome back') });
});

app.action('refresh', async ({ ack, body, action, client }) => {
  await ack();
  const hash = body.view.hash;
  await client.views.publish({ user_id: body.user.id, hash, view: home(`Fresh ${action.value}`) });
  try {
    await client.views.publish({ user_id: body.user.id, hash, view: home('Never seen') });
  } catch (error) {
    await client.chat.postMessage({ channel: body.user.id, text: error.data.error });
  }
});

app.start();
