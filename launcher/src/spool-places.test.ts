import { expect, test } from 'vitest';
import type { HostedService } from './hosted-service.ts';
import { SpoolPlaces } from './spool-places.ts';

function instance(): HostedService & { ended: boolean } {
  return { service: 'executor', instance: 'executor-1', pid: 1, ended: false, stop: async () => {}, kill() {} };
}

test('the place of an instance that is gone goes to the next of its service, and nobody shares one', async () => {
  const places = new SpoolPlaces();
  const [first, second] = [instance(), instance()];
  const taken = [first, second].map((one) => {
    const place = places.take('executor');
    places.hold(place, Promise.resolve(one));
    return place;
  });
  expect(taken).toEqual(['executor-1', 'executor-2']);
  expect(places.take('vault')).toBe('vault-1');
  await Promise.resolve();
  first.ended = true;
  expect([places.take('executor'), places.take('executor')]).toEqual(['executor-1', 'executor-3']);
});

test('an instance that does not start gives its place back', async () => {
  const places = new SpoolPlaces();
  const place = places.take('executor');
  places.hold(place, Promise.reject(new Error('no port')));
  await new Promise((resolve) => setImmediate(resolve));
  expect(places.take('executor')).toBe(place);
});
