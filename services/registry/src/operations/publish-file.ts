import { digestOf, locateInText, readDocumentText } from '@patchbay/catalog';
import {
  compareVersions,
  type Issue,
  PatchbayError,
  type RegisterRequest,
  type RegisterResult,
  type RetireRequest,
  type RetireResult,
} from '@patchbay/contracts';
import type { FilePlace } from '../domain/file-place.ts';
import { versionForFile } from '../domain/version-for-file.ts';
import type { Caller, Documents } from './ports.ts';
import type { Origin } from './register-integration.ts';

export interface PublishFilePorts {
  readonly documents: Documents;
  readonly register: (request: RegisterRequest, caller: Caller, origin: Origin) => Promise<RegisterResult>;
  readonly retire: (request: RetireRequest, caller: Caller) => Promise<RetireResult>;
  readonly caller: Caller;
}

export type PublishedFile =
  | { readonly ok: true; readonly version: string; readonly created: boolean; readonly warnings: readonly Issue[] }
  /** `again`: the fault is not the file's, and the same may be tried later. */
  | { readonly ok: false; readonly problems: readonly Issue[]; readonly again: boolean };

/** Others may take a version's number between choosing and writing it. */
const maxTries = 5;

/**
 * Makes a file's content the newest version that the folder has of an integration. What cannot be used changes nothing.
 * Never throws for what can go wrong with it.
 */
export function publishFile(ports: PublishFilePorts) {
  return async ({ scope, integration }: FilePlace, text: string): Promise<PublishedFile> => {
    // 1. Read it, and hold it to its name.
    const read = readDocumentText(text);
    if (!read.ok) return { ok: false, problems: read.issues, again: false };
    const { document } = read;
    const locate = locateInText(text);
    if (document.id !== integration) {
      const message = `the file's name says ${integration}`;
      return { ok: false, problems: [{ path: 'id', message, suggestion: integration, ...locate('id') }], again: false };
    }

    // 2. Register it under the version it names, or the next that is free.
    try {
      for (let tries = 1; ; tries++) {
        const version = versionForFile(
          document.version,
          stored().map((one) => ({
            version: one.document.version,
            sameContent: digestOf({ ...document, version: one.document.version }) === one.digest,
          })),
        );
        try {
          const { created, warnings } = await ports.register(
            { scope, document: { ...document, version }, dry_run: false },
            ports.caller,
            'folder',
          );
          // 3. What the file said before under a higher number, it says no more.
          await withdraw(version);
          const renumbered: Issue[] =
            version === document.version
              ? []
              : [
                  {
                    path: 'version',
                    message: `${document.version} is registered with other content and never changes; this is served as ${version}`,
                  },
                ];
          const located = [...renumbered, ...warnings].map((issue) => ({ ...issue, ...locate(issue.path) }));
          return { ok: true, version, created, warnings: located };
        } catch (error) {
          if (!(isTaken(error) && tries < maxTries)) throw error;
        }
      }
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      const issues =
        error.code === 'invalid_request' ? (error.body.details['issues'] as Issue[] | undefined) : undefined;
      return {
        ok: false,
        problems: (issues ?? [{ path: '', message: error.message }]).map((issue) => ({
          ...issue,
          ...locate(issue.path),
        })),
        again: error.body.retryable || error.code === 'outcome_unknown',
      };
    }

    function stored() {
      return (ports.documents.integration(scope, integration)?.versions ?? []).map((one) => one.stored);
    }

    async function withdraw(above: string): Promise<void> {
      for (const one of stored()) {
        const { version } = one.document;
        if (one.origin === 'folder' && !one.retired && compareVersions(version, above) > 0)
          await ports.retire({ scope, integration, version }, ports.caller);
      }
    }
  };
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof PatchbayError) || error.code !== 'invalid_request') return false;
  const issues = error.body.details['issues'];
  return Array.isArray(issues) && issues.length === 1 && issues[0]?.path === 'version';
}
