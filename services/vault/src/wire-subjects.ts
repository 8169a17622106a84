import type { TenantRoots } from './encryption/tenant-roots.ts';
import { type DestroySubjectPorts, destroySubject } from './subjects/destroy-subject.ts';
import { findSubject } from './subjects/find-subject.ts';
import { lendSubjectKey } from './subjects/lend-subject-key.ts';
import { lendTokenKey } from './subjects/lend-token-key.ts';
import type { SubjectRoots } from './subjects/subject-roots.ts';

/** What the vault answers about persons. */
export function subjectOperations(ports: DestroySubjectPorts) {
  return {
    lendTokenKey: lendTokenKey(ports),
    lendSubjectKey: lendSubjectKey(ports),
    findSubject: findSubject(ports),
    destroySubject: destroySubject(ports),
  };
}

/** Tenants' roots, whose end is that of the roots of their persons. */
export function rootsWithPersons(roots: TenantRoots, persons: Pick<SubjectRoots, 'destroyTenant'>): TenantRoots {
  return {
    ...roots,
    async destroy(tenant) {
      await roots.destroy(tenant);
      await persons.destroyTenant(tenant);
    },
  };
}
