import { spawn } from 'node:child_process';

/**
 * Runs a program without a terminal and gathers what it prints.
 * @returns {Promise<{ status: number | null, output: string }>} `status` is null when it could not be run or took
 *   longer than `timeoutMs`; `output` is standard output and error as they came.
 */
export function run(program, args, { cwd, env = process.env, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, env, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ status: null, output: `${output}${error.message}` }));
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** The last lines of a program's output, indented, for the end of an error message. */
export function lastLines(output, count = 15) {
  return indent(output.trim().split('\n').slice(-count));
}

/** The first lines, for programs that say what is wrong before they print their usage. */
export function firstLines(output, count = 15) {
  return indent(output.trim().split('\n').slice(0, count));
}

function indent(lines) {
  return lines.map((line) => `    ${line}`).join('\n');
}
