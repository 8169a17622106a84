import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { auditEventEntry, auditEventTypes } from './audit-event-types.ts';
import { AuditEvent, auditProducers } from './messages/audit.ts';
import { renderAuditEventDocs } from './render-audit-event-docs.ts';

const root = new URL('../../../', import.meta.url);
const rows = Object.entries(auditEventTypes);

/** The source of a service, without its tests. */
function sourceOf(service: string): string {
  const folder = new URL(`services/${service}/src/`, root);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.'))
    .map((path) => readFileSync(new URL(path, folder), 'utf8'))
    .join('\n');
}
const sources = new Map(Object.values(auditProducers).map((service) => [service, sourceOf(service)]));

describe('the table of audit events', () => {
  test('agrees with docs/audit-events.md to the letter', () => {
    expect(readFileSync(new URL('docs/audit-events.md', root), 'utf8')).toBe(renderAuditEventDocs());
  });

  test('has names that the schema of events takes', () => {
    for (const [name, { when }] of rows) {
      expect(AuditEvent.shape.type.safeParse(`dev.patchbay.${name}`).success, name).toBe(true);
      expect(when.length, name).toBeGreaterThan(10);
    }
  });

  // That no producer records another is what the recorder's type says.
  test.each(rows)('has no event that nobody records: %s', (name, { class: auditClass }) => {
    const source = sources.get(auditProducers[auditClass]) ?? '';
    const act = name.slice(name.indexOf('.') + 1);
    // The whole, or its act as a word; `paused` of `subscription_paused`; an operation over HTTP, or the noun that a verb makes one with.
    const camel = act.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const noun = camel.replace(/^[a-z]+/, '');
    const words = [
      `'dev.patchbay.${name}'`,
      `'${act}'`,
      `'${act.replace(/^[a-z]+_/, '')}'`,
      `'${camel}'`,
      `}${noun}\``,
    ];
    expect(
      words.some((word) => source.includes(word)),
      `no source has any of ${words.join(' ')}`,
    ).toBe(true);
  });

  test('is asked by version', () => {
    expect(auditEventEntry('dev.patchbay.execution.intent', 1)).toBe(auditEventTypes['execution.intent']);
    expect(auditEventEntry('dev.patchbay.execution.intent', 0)).toBeNull();
    expect(auditEventEntry('dev.patchbay.execution.dreamt', 1)).toBeNull();
  });
});
