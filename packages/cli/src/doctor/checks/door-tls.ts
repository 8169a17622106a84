import { type Check, fail, NotSeen, ok, warn } from '../check.ts';
import { isLoopback } from '../loopback.ts';

export const doorTls: Check = {
  id: 'door-tls',
  title: 'API keys and authorisation codes travel over TLS',
  means: 'Whoever is on the way reads API keys, credentials that are added and answers of tools.',
  fix: 'Bind to 127.0.0.1, or put a proxy with TLS before it and name that in PATCHBAY_GATEWAY_TRUSTED_PROXIES.',
  async look(examination) {
    const doors = (await examination.services()).flatMap(({ name, report }) =>
      (report?.doors ?? []).filter(({ serves }) => serves !== 'webhooks').map((door) => ({ name, door })),
    );
    const { api } = examination.options;
    if (doors.length === 0 && api === undefined) throw new NotSeen('no gateway answers');
    return [
      ...(api === undefined ? [] : [judgeUrl(api)]),
      ...doors.map(({ name, door }) => {
        const place = `${door.host}:${door.port}`;
        if (isLoopback(door.host)) return ok(`${place}, on the loopback only`, name);
        if (door.behind_proxy) return ok(`${place}, behind a proxy`, name);
        return warn(`${door.serves} in clear at ${place}, and nothing says that a proxy stands before it`, {
          about: name,
        });
      }),
    ];
  },
};

function judgeUrl(url: string) {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return ok(url, 'api');
  return isLoopback(hostname) ? ok(`${url}, on the loopback`, 'api') : fail(`${url} is not https`, { about: 'api' });
}
