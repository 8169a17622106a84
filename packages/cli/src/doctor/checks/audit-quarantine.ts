import { type Check, fail, ok } from '../check.ts';

export const auditQuarantine: Check = {
  id: 'audit-quarantine',
  title: 'Every audit message proves who made it',
  means: 'A service has another MAC key than the audit service knows, or somebody writes to the stream who is none.',
  fix: 'Look for audit_quarantine in the audit service’s log: it names producers and reasons. Give both sides the same key.',
  async look(examination) {
    const aside = (await examination.services()).filter(({ report }) => (report?.audit_store?.quarantined ?? 0) > 0);
    if (aside.length === 0) return [ok('none was set aside')];
    return aside.map(({ name, report }) =>
      fail(`${report?.audit_store?.quarantined} set aside since it started`, { about: name }),
    );
  },
};
