// Part of set-up: makes the empty database that new ones are copied from.
import { makePgliteTemplate } from './adapters/pglite-template.ts';

await makePgliteTemplate();
process.exit();
