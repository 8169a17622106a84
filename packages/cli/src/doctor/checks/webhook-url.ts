import { type Check, fail, NotSeen, ok, warn } from '../check.ts';

export const webhookUrl: Check = {
  id: 'webhook-url',
  title: 'The ingress knows its public URL, and it is https',
  means: 'Vendors cannot be told where to send, what is signed with the URL is refused, or webhooks travel in clear.',
  fix: 'Set PATCHBAY_INGRESS_PUBLIC_URL on every ingress to the https address at which vendors reach it.',
  async look(examination) {
    const doors = (await examination.services()).flatMap(({ name, report }) =>
      (report?.doors ?? []).filter(({ serves }) => serves === 'webhooks').map((door) => ({ name, door })),
    );
    if (doors.length === 0) throw new NotSeen('no webhook ingress answers');
    const exposed = await examination.exposed();
    const urls = new Set(doors.map(({ door }) => door.public_url));
    if (urls.size > 1) return [fail(`the ingresses differ: ${[...urls].map((url) => url ?? 'none').join(', ')}`)];
    return doors.map(({ name, door: { public_url: url } }) => {
      if (url === null) return warn('is not set', { about: name });
      if (url.startsWith('https:')) return ok(url, name);
      return exposed ? fail(`${url} is not https`, { about: name }) : ok(`${url}; this is for trying out`, name);
    });
  },
};
