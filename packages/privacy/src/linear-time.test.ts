import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { checkSync } from 'recheck';
import { expect, test } from 'vitest';

const here = import.meta.dirname;

/** Every regular expression of the package's own code, and where it stands. */
function literals(): { readonly at: string; readonly source: string; readonly flags: string }[] {
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(here, name), 'utf8');
    const found: { at: string; source: string; flags: string }[] = [];
    new Visitor({
      Literal(node) {
        if (!('regex' in node)) return;
        const at = `${name}:${text.slice(0, node.start).split('\n').length}`;
        found.push({ at, source: node.regex.pattern, flags: node.regex.flags });
      },
      NewExpression(node) {
        // A pattern put together at run time could not be proven.
        if (node.callee.type === 'Identifier' && node.callee.name === 'RegExp') throw new Error(`${name} builds one.`);
      },
    }).visit(parseSync(name, text).program);
    return found;
  });
}

// The backend in pure JavaScript: no child process, and the same on every machine.
process.env.RECHECK_BACKEND = 'pure';

test.each(literals())('takes linear time: $at /$source/$flags', ({ source, flags }) => {
  expect(checkSync(source, flags, { timeout: 60_000 })).toMatchObject({ status: 'safe' });
});

test('recheck tells what is not linear', () => {
  expect(checkSync('(?:a|a)*b', '').status).toBe('vulnerable');
  expect(checkSync('[a-z]+@', '').status).toBe('vulnerable');
});
