import { connect } from '@patchbay/sdk';

const agent = await connect();
const { status, output, error } = await agent.execute('slack_post_message', {
  channel: 'C0123ABCDEF',
  text: 'Hello from an agent.',
});
console.log(status, output ?? error.speakable);
await agent.close();
