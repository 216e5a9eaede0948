// Opens a form, refuses what is wrong in it, changes it, stacks a second one, and hears when it is closed.
const { app } = require('./app');

const plain = (text) => ({ type: 'plain_text', text });
const options = [{ text: plain('Oracle NetSuite'), value: 'netsuite' }, { text: plain('Xero'), value: 'xero' }];

const form = (title, more = {}) => ({
  type: 'modal',
  callback_id: 'fix',
  private_metadata: 'case-1',
  notify_on_close: true,
  title: plain(title),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input', block_id: 'system', label: plain('System'), dispatch_action: true,
      element: { type: 'static_select', action_id: 'pick', options },
    },
    { type: 'input', block_id: 'account', label: plain('Account'), element: { type: 'plain_text_input', action_id: 'text' } },
    {
      type: 'input', block_id: 'note', optional: true, label: plain('Note'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true },
    },
  ],
  ...more,
});

app.command('/syncfix', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form('Fix a sync') });
});

app.action('pick', async ({ ack, body, action, client }) => {
  await ack();
  const changed = form(action.selected_option.text.text);
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: changed });
});

app.view('fix', async ({ ack, view, body, client }) => {
  const values = view.state.values;
  const account = values.account.text.value;
  if (!/^\d{7}$/.test(account)) {
    await ack({ response_action: 'errors', errors: { account: `${account} is no account number` } });
    return;
  }
  if (account === '1111111') {
    await ack({ response_action: 'update', view: form('Once more') });
    return;
  }
  if (account === '2222222') {
    await ack({ response_action: 'push', view: { type: 'modal', callback_id: 'second', title: plain('Are you sure?'), submit: plain('Yes'), blocks: [{ type: 'divider' }] } });
    return;
  }
  await ack();
  const said = [values.system.pick.selected_option.value, account, values.note.text.value, view.private_metadata];
  await client.chat.postMessage({ channel: body.user.id, text: JSON.stringify(said) });
});

app.view('second', async ({ ack }) => ack({ response_action: 'clear' }));

app.view({ callback_id: 'fix', type: 'view_closed' }, async ({ ack, view, body, client }) => {
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `closed ${view.title.text}, cleared ${body.is_cleared}` });
});

app.start();
