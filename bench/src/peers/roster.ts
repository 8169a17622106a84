import type { Peer } from './peer.ts';
import { durableWorker } from './start-durable-worker.ts';
import { mcpHub } from './start-mcp-hub.ts';
import { moleculer } from './start-moleculer.ts';
import { n8n, n8nUnsaved } from './start-n8n.ts';
import { nodeRed } from './start-node-red.ts';
import { openapiMcp } from './start-openapi-mcp.ts';
import { patchbay } from './start-patchbay.ts';

/** In the order of the report. */
export const peers: readonly Peer[] = [
  durableWorker,
  patchbay,
  moleculer,
  openapiMcp,
  mcpHub,
  nodeRed,
  n8n,
  n8nUnsaved,
];
