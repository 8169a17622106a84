export { exitCodes } from './exit-codes.ts';
export { run } from './run.ts';
export type { CliIo, TextSink } from './terminal.ts';
