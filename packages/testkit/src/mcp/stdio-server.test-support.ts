import { spawn } from 'node:child_process';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createDeskServer, deskLog } from './desk-tools.ts';

/**
 * An MCP server as a program. `--environment` has it write its environment, `--leave-child` start a process that outlives it
 * unless its group is ended, `--die` end at once, `--eat` take memory; each says what it did on standard error.
 */
const says = (text: string) => process.stderr.write(`${text}\n`);
if (process.argv.includes('--environment')) says(`environment ${JSON.stringify(process.env)}`);
if (process.argv.includes('--die')) {
  says('dying');
  process.exit(3);
}
if (process.argv.includes('--leave-child')) says(`child ${spawn('sleep', ['600'], { stdio: 'ignore' }).pid}`);
if (process.argv.includes('--eat')) {
  const eaten: Buffer[] = [];
  setInterval(() => eaten.push(Buffer.alloc(8 * 1_048_576, 1)), 50);
}
says(`pid ${process.pid}`);
serveStdio(() => createDeskServer(deskLog()));
