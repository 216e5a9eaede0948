// What every program here begins with: an app in Socket Mode. The address is the only thing that tells the sandbox from
// Slack. A failure that nothing catches ends the program, and the test with it.
const { App, LogLevel } = require('@slack/bolt');

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  logLevel: LogLevel.WARN,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

app.error(async (error) => {
  console.error(error);
  process.exitCode = 1;
});

module.exports = { app };
