/** Whether a host is this machine and nothing else, by its name alone: no name is looked up. */
export function isLoopback(host: string): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  return /^127(\.\d{1,3}){3}$/.test(bare) || bare === '::1' || bare === '0:0:0:0:0:0:0:1';
}

/** The host of a URL of NATS, which may come without its scheme, or of HTTP. @throws TypeError for what is none. */
export function hostOf(url: string): string {
  return new URL(url.includes('://') ? url : `nats://${url}`).hostname.toLowerCase();
}

/** Hosts that a load would reach which are neither this machine nor confirmed by their names, each once. */
export function unconfirmedHosts(urls: readonly string[], confirmed: readonly string[]): string[] {
  const allowed = new Set(confirmed.map((host) => host.toLowerCase()));
  return [...new Set(urls.map(hostOf))].filter((host) => !isLoopback(host) && !allowed.has(host));
}
