import type { HostedService } from '@patchbay/launcher';
import { expect, test } from 'vitest';
import type { Stage } from './stage.ts';
import { Supervisor } from './supervisor.ts';

/** Processes in name only, and a way to start more of them that fails as often as is asked. */
function setup(failures = 0) {
  const services: { service: string; instance: string; ended: boolean }[] = [];
  let left = failures;
  const addService = async (service: string) => {
    if (left-- > 0) throw new Error('what it needs is away');
    services.push({ service, instance: `${service}-${services.length + 1}`, ended: false });
  };
  const meantToEnd = new Set<HostedService>();
  const stage = { system: { patchbay: { services, addService } }, meantToEnd } as unknown as Stage;
  for (const service of ['vault', 'executor', 'executor']) services.push({ service, instance: service, ended: false });
  const end = (index: number) => Object.assign(services[index] ?? {}, { ended: true }) as unknown as HostedService;
  return { services, end, meantToEnd, supervisor: new Supervisor(stage) };
}

test('starts another of what ended by itself, once, and says which did', async () => {
  const { services, end, supervisor } = setup();
  end(1);
  await expect.poll(() => services.length, { timeout: 5_000 }).toBe(4);
  end(3);
  await supervisor.stop();
  expect(services.map(({ service, ended }) => `${service}${ended ? ' ended' : ''}`)).toEqual([
    'vault',
    'executor ended',
    'executor',
    'executor ended',
    'executor',
  ]);
  expect(supervisor.ended).toEqual(['executor', 'executor-4']);
});

test('leaves what a fault ended to whoever heals the fault', async () => {
  const { services, end, meantToEnd, supervisor } = setup();
  meantToEnd.add(end(0));
  await supervisor.stop();
  expect(services).toHaveLength(3);
  expect(supervisor.ended).toEqual([]);
});

test('tries again where what it needs is away', async () => {
  const { services, end, supervisor } = setup(1);
  end(2);
  await supervisor.stop();
  expect(services).toHaveLength(4);
});
