// Listens to messages and mentions, and answers in their threads.
const { app } = require('./app');

app.message(/^hello (?<name>\w+)/, async ({ message, context, say }) => {
  const answer = await say({ text: `Hey there <@${message.user}>, hello ${context.matches.groups.name}!`, thread_ts: message.ts });
  await app.client.reactions.add({ channel: message.channel, timestamp: message.ts, name: 'wave' });
  await app.client.chat.update({ channel: message.channel, ts: answer.ts, text: `${answer.message.text} (edited)` });
});

app.message('who am I', async ({ message, client, say }) => {
  const { user } = await client.users.info({ user: message.user });
  await say(`${user.real_name}, ${user.tz}`);
});

// Every page of what was said, as an app reads it after an absence.
app.message('count', async ({ message, client, say }) => {
  let seen = 0;
  for await (const page of client.paginate('conversations.history', { channel: message.channel, limit: 2 })) {
    seen += page.messages.length;
  }
  await say({ text: `${seen} so far`, thread_ts: message.ts });
});

app.event('app_mention', async ({ event, say }) => {
  await say({ text: `You called, <@${event.user}>?`, thread_ts: event.thread_ts ?? event.ts });
});

app.event('message', async ({ event, client }) => {
  if (event.subtype === 'message_changed') {
    const was = event.previous_message.text;
    await client.chat.postMessage({ channel: event.channel, thread_ts: event.message.ts, text: `It said: ${was}` });
  } else if (event.subtype === 'message_deleted') {
    await client.chat.postMessage({ channel: event.channel, text: `Gone: ${event.previous_message.text}` });
  }
});

app.event('member_joined_channel', async ({ event, client }) => {
  const { channel } = await client.conversations.info({ channel: event.channel });
  await client.chat.postMessage({ channel: event.channel, text: `Welcome to ${channel.name}` });
});

app.start();
