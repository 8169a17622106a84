import { join } from 'node:path';
import { ask, startModule } from '../processes.ts';
import { startBench } from '../start-bench.ts';
import { benchDocument } from '../work.ts';
import type { Door, Peer } from './peer.ts';

/** All of Patchbay on one machine, each service a process. Rate limits are asked, as the hand-written worker asks its own. */
export const patchbay: Peer = {
  id: 'patchbay',
  name: 'Patchbay',
  packages: null,
  async start({ upstream, children }) {
    const bench = await startBench({
      upstream,
      variables: { gateway: { PATCHBAY_GATEWAY_REQUESTS_PER_MINUTE: '10000000', PATCHBAY_GATEWAY_BURST: '1000000' } },
    });
    try {
      const { facts, state } = bench.patchbay;
      const rate_limits = { requests_per_minute: 10_000_000, burst_size: 1_000_000 };
      await bench.asAdmin((admin) => admin.register({ document: { ...benchDocument, version: '1.1.0', rate_limits } }));
      const { secret: key } = await bench.asAdmin((admin) => admin.keys.create({ name: 'bench', role: 'agent' }));
      const operatorKey = join(state.keys, 'operator.key');
      const { child: rest } = await startModule('rest-driver.ts', [facts.gateway_url, operatorKey, facts.tenant]);
      children.push(rest);
      const mcpUrl = `${facts.gateway_url}/mcp?tools=list`;
      const { child: mcp } = await startModule('mcp-driver.ts', [mcpUrl, '2025-11-25', 'lookup']);
      children.push(mcp);
      await ask(mcp, { key });
      const doors: Door[] = [
        { id: 'nats-write', name: 'Patchbay over NATS, write with a key', driver: await bench.startDriver('write') },
        { id: 'nats-read', name: 'Patchbay over NATS, read', driver: await bench.startDriver('read') },
        { id: 'rest', name: 'Patchbay over REST, read', driver: rest },
        { id: 'mcp', name: 'Patchbay over MCP, read', driver: mcp },
      ];
      return { pids: bench.pids(), doors, stop: bench.stop };
    } catch (error) {
      await bench.stop();
      throw error;
    }
  },
};
