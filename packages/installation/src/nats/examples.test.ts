import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderNatsExamples } from './render-examples.ts';

const dir = fileURLToPath(new URL('../../../../deploy/nats/', import.meta.url));

test('deploy/nats is what the topologies render', () => {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.conf'));
  const rendered = renderNatsExamples();
  expect(files.sort()).toEqual([...rendered.keys()].sort());
  for (const [name, text] of rendered) expect([name, readFileSync(`${dir}${name}`, 'utf8')]).toEqual([name, text]);
});

test('an example holds no key and no secret, and asks for TLS wherever it listens to others', () => {
  for (const [name, text] of renderNatsExamples()) {
    expect(text).not.toMatch(/"(?:U|SU|A|SA|X|SX)[A-Z2-7]{50,}"/);
    expect(text).not.toMatch(/password": "/);
    if (name === 'accounts.conf' || name === 'leaf.conf') continue;
    const listening = text.match(/"host": "0\.0\.0\.0"/g)?.length;
    expect([name, text.match(/"tls": \{/g)?.length]).toEqual([name, listening]);
  }
});
