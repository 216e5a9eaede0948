// Answers a slash command: in the ack, later by its response URL, in the channel, or with an error.
const { app } = require('./app');

app.command('/syncfix', async ({ command, ack, respond, say }) => {
  switch (command.text) {
    case 'ack':
      await ack(`Hello ${command.user_name} in ${command.channel_name}`);
      break;
    case 'respond':
      await ack();
      await respond({ text: 'first' });
      await respond({ text: 'for all', response_type: 'in_channel' });
      break;
    case 'say':
      await ack();
      await say({ text: 'aloud', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*aloud*' } }] });
      break;
    case 'private':
      await ack();
      await app.client.chat.postEphemeral({ channel: command.channel_id, user: command.user_id, text: 'whispered' });
      break;
    case 'broken':
      await ack();
      try {
        await say({ text: 'x', blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'no' } }] });
      } catch (error) {
        await respond(`${error.code} ${error.data.error}`);
      }
      break;
    case 'lost':
      await ack();
      try {
        await app.client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' });
      } catch (error) {
        await respond(`${error.code} ${error.data.error}`);
      }
      break;
    default:
      await ack({ response_type: 'in_channel', text: `Nothing known about ${command.text}` });
  }
});

app.start();
