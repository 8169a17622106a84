import { connect } from '@patchbay/sdk';

/** An agent in a process of its own, to be killed: `lone-agent.ts <nats> <tenant> <credentials> <tool> <key>`. */
const [servers = '', tenant = '', credentials = '', tool = '', idempotencyKey = ''] = process.argv.slice(2);
const agent = await connect({ servers, tenant, credentials });
await agent.execute(tool, { number: 1 }, { idempotencyKey, deadlineMs: 100_000 });
await agent.close();
