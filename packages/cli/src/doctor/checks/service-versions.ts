import { type Check, ok, warn } from '../check.ts';

export const serviceVersions: Check = {
  id: 'service-versions',
  title: 'All processes are of one version',
  means: 'For minutes, in an upgrade, that is fine. For longer, what one version writes another may refuse.',
  fix: 'Bring the processes that are behind to the newest version.',
  async look(examination) {
    const processes = await examination.services();
    const versions = [...new Set(processes.map(({ version }) => version))].sort((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }),
    );
    const [newest] = versions.slice(-1);
    if (versions.length <= 1) return [ok(newest ?? 'no process answers')];
    return processes
      .filter(({ version }) => version !== newest)
      .map(({ name, service, version }) => warn(`${service} has ${version}, others ${newest}`, { about: name }));
  },
};
