import { type FolderFile, type FolderStateResult, type Issue, platformScope } from '@patchbay/contracts';
import { type FilePlace, placeOfFile } from '../domain/file-place.ts';
import type { Caller, Documents, Report } from './ports.ts';
import type { PublishedFile, PublishFilePorts } from './publish-file.ts';
import { servedIn } from './served-in.ts';

export interface KeepFolderPorts {
  readonly registry: string;
  readonly folder: string | null;
  readonly documents: Documents;
  readonly publish: (place: FilePlace, text: string) => Promise<PublishedFile>;
  readonly retire: PublishFilePorts['retire'];
  readonly caller: Caller;
  readonly report: Report;
  readonly now: () => Date;
}

/** What is known of a file. */
interface KeptFile {
  readonly place: FilePlace | null;
  version: string | null;
  leaving: boolean;
  tookMs: number | null;
  problems: readonly Issue[];
  warnings: readonly Issue[];
  lastProblem: FolderFile['last_problem'];
  at: string;
}

/** Turns what becomes of a folder's files into what the registry serves. One call at a time. */
export interface FolderKeeper {
  /** A file holds this text. False: it could not be taken for a reason that passes, and may be given again. */
  take(file: string, text: string, tookMs: () => number): Promise<boolean>;
  /** A file is there that cannot be read. */
  refuse(file: string, problem: string): void;
  /** It is not there any more, and may come back. */
  leave(file: string): void;
  stay(file: string): void;
  /**
   * It is gone for good. Names files that speak for the same integration and should be given again.
   * @throws PatchbayError when what it published could not be retired; then it is to be dropped again.
   */
  drop(file: string): Promise<readonly string[]>;
  /** The folder itself cannot be read, or null: it can. Nothing is retired for that. */
  trouble(problem: string | null): void;
  state(): FolderStateResult;
}

export function keepFolder(ports: KeepFolderPorts): FolderKeeper {
  const { documents, report } = ports;
  const files = new Map<string, KeptFile>();
  let problem: string | null = null;

  function kept(file: string): KeptFile {
    const known = files.get(file);
    if (known !== undefined) return known;
    const place = placeOfFile(file);
    const fresh: KeptFile = {
      place: 'problem' in place ? null : place,
      version: null,
      leaving: false,
      tookMs: null,
      problems: 'problem' in place ? [{ path: '', message: place.problem }] : [],
      warnings: [],
      lastProblem: null,
      at: ports.now().toISOString(),
    };
    files.set(file, fresh);
    return fresh;
  }

  /** Another file that is there and speaks for the same integration. */
  function rivalsOf(file: string, { scope, integration }: FilePlace): string[] {
    return [...files]
      .filter(([name, { place }]) => name !== file && place?.scope === scope && place.integration === integration)
      .map(([name]) => name);
  }

  function wrong(file: string, one: KeptFile, problems: readonly Issue[]): void {
    const at = ports.now().toISOString();
    Object.assign(one, { problems, warnings: [], lastProblem: { at, issues: [...problems] }, at, tookMs: null });
    report('warn', 'a file of the integrations folder cannot be used; what it said before stays', { file, problems });
  }

  return {
    async take(file, text, tookMs) {
      const one = kept(file);
      one.leaving = false;
      if (one.place === null) {
        wrong(file, one, one.problems);
        return true;
      }
      const rival = rivalsOf(file, one.place).find((name) => files.get(name)?.version !== null);
      if (rival !== undefined && one.version === null) {
        wrong(file, one, [{ path: '', message: `${rival} is the same integration; keep one of the two` }]);
        return true;
      }
      const published = await ports.publish(one.place, text);
      if (!published.ok) {
        wrong(file, one, published.problems);
        return !published.again;
      }
      const { version, created, warnings } = published;
      Object.assign(one, { version, warnings, problems: [], tookMs: tookMs(), at: ports.now().toISOString() });
      if (created) report('info', 'a file of the integrations folder is registered', { file, ...one.place, version });
      return true;
    },
    refuse(file, message) {
      wrong(file, kept(file), [{ path: '', message }]);
    },
    leave(file) {
      const one = files.get(file);
      if (one !== undefined) one.leaving = true;
    },
    stay(file) {
      const one = files.get(file);
      if (one !== undefined) one.leaving = false;
    },
    async drop(file) {
      const place = files.get(file)?.place ?? null;
      const rivals = place === null ? [] : rivalsOf(file, place);
      if (place === null || rivals.length > 0) {
        files.delete(file);
        return rivals;
      }
      const { scope, integration } = place;
      for (const { stored } of documents.integration(scope, integration)?.versions ?? []) {
        if (stored.origin !== 'folder' || stored.retired) continue;
        await ports.retire({ scope, integration, version: stored.document.version }, ports.caller);
      }
      files.delete(file);
      report('info', 'a file left the integrations folder, and what it published is retired', {
        file,
        scope,
        integration,
      });
      return [];
    },
    trouble(next) {
      if (next !== null && next !== problem)
        report('error', 'the integrations folder cannot be read; what it published stays', { problem: next });
      problem = next;
    },
    state: () => ({
      registry: ports.registry,
      folder: ports.folder,
      problem,
      files: [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, one]) => viewOf(documents, file, one)),
    }),
  };
}

function viewOf(documents: Documents, file: string, one: KeptFile): FolderFile {
  const { place, version } = one;
  const served = place === null ? null : servedIn(documents, place.scope, place.integration);
  const shadow = place === null || version === null || one.leaving ? null : shadowOf(documents, place, version, served);
  return {
    file,
    scope: place?.scope ?? null,
    integration: place?.integration ?? null,
    state: one.leaving ? 'leaving' : one.problems.length > 0 ? 'wrong' : shadow === null ? 'served' : 'shadowed',
    version,
    served,
    took_ms: one.tookMs,
    problems: [...one.problems],
    warnings: [...one.warnings, ...(shadow === null ? [] : [{ path: 'version', message: shadow }])],
    last_problem: one.lastProblem,
    at: one.at,
  };
}

/** Why calls do not mean what the file says; null: they do. */
function shadowOf(
  documents: Documents,
  { scope, integration }: FilePlace,
  version: string,
  served: string | null,
): string | null {
  const choice = documents.choice(scope, integration);
  const installed = scope === platformScope ? documents.installed(scope, integration).installed : choice?.installed;
  if (installed === false) return 'the integration is not installed here';
  if (served === version) return null;
  if (choice?.pin !== undefined) return `calls mean ${choice.pin}, which is pinned; unpin it to serve the file`;
  return `calls mean ${served ?? 'nothing'}, which was published otherwise; retire that, or raise the version in the file`;
}
