import { serveDriver } from '../closed-loop.ts';
import { requestArguments } from '../work.ts';
import { moleculerBroker } from './moleculer.ts';

/** Calls the service as another node, which is how Moleculer is called: `<packages> <nats>`. */
const [packages = '', nats = ''] = process.argv.slice(2);
const broker = moleculerBroker(packages, nats, 'caller');
await broker.start();
await broker.waitForServices('bench');
serveDriver(() => broker.call('bench.lookup', requestArguments));
