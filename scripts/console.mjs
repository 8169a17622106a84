// `npm run console:build`: builds the web console if its sources changed since it was built.
import { bootstrapOrExit, root } from './bootstrap.mjs';
import { provideConsole } from './bootstrap-steps/console.mjs';

const { node } = await bootstrapOrExit();
const problem = await provideConsole(root, node, (line) => process.stderr.write(`${line}\n`));
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
