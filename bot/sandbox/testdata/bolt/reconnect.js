// Says how often it was connected, to try what becomes of a connection that Slack ends.
const { App, LogLevel, SocketModeReceiver } = require('@slack/bolt');

const clientOptions = { slackApiUrl: process.env.SLACK_API_URL };
const receiver = new SocketModeReceiver({
  appToken: process.env.SLACK_APP_TOKEN,
  clientPingTimeout: 1000, // also the wait before it connects again
  logLevel: LogLevel.ERROR,
  installerOptions: { clientOptions },
});
const app = new App({ token: process.env.SLACK_BOT_TOKEN, receiver, clientOptions, logLevel: LogLevel.ERROR });

let connected = 0;
receiver.client.on('connected', () => {
  connected += 1;
});

app.message('still there', async ({ message, say }) => say({ text: `connected ${connected}`, thread_ts: message.ts }));

app.start();
