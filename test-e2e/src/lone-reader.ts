import { connect } from '@patchbay/sdk';

/** An agent in a process of its own that takes a stream, to be killed: `lone-reader.ts <nats> <tenant> <credentials> <tool> <session>`. */
const [servers = '', tenant = '', credentials = '', tool = '', session = ''] = process.argv.slice(2);
const agent = await connect({ servers, tenant, credentials });
for await (const { sequence } of agent.stream(tool, { number: 1 }, { deadlineMs: 100_000, context: { session } }))
  process.send?.({ sequence });
await agent.close();
