import { catalogDirectory, loadCatalog, loadIntegration } from '@patchbay/catalog';
import { readSandboxConfig } from './config.ts';
import { startSandbox } from './start-sandbox.ts';

/** Runs the sandbox as a process of its own. One JSON line on stdout says when and where it is ready. */
const { host, port, record, uniqueIds, catalog, integrations } = readSandboxConfig();
const directory = catalog ?? catalogDirectory;
const documents =
  integrations === null
    ? await loadCatalog(directory)
    : await Promise.all(integrations.map((id) => loadIntegration(id, directory)));
const sandbox = await startSandbox({ documents, host, port, record, uniqueIds });
const stop = () => {
  // Not left to the runtime: after sockets were reset by the hundred, its own clean-up was seen to spin for ever.
  sandbox.close().finally(() => process.exit());
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// A parent that started it with a channel and is gone needs it no more.
process.once('disconnect', stop);
process.stdout.write(`${JSON.stringify({ url: sandbox.url, control_token: sandbox.controlToken })}\n`);
