import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, LocalFacts } from '../config.ts';
import { type LauncherProcess, startLauncher } from '../launcher-process.ts';
import { onInterrupt } from '../on-interrupt.ts';

/** Those that the script asks for: reading the others would only make people wait. */
const demoIntegrations = 'google_calendar,hubspot,microsoft_calendar,salesforce,slack';

/** The usual ones are left to a Patchbay that stays. */
const anyPorts = 'gateway=0,ingress=0,sandbox=0';

/** A Patchbay that was started for the demo alone. */
export interface OwnPatchbay {
  readonly facts: LocalFacts;
  /** Ends it and removes its state. */
  stop(): Promise<void>;
}

/** Starts Patchbay in a temporary state directory. @throws Error with what the launcher said when it cannot start. */
export async function startOwnPatchbay(env: Environment, interrupt: AbortSignal): Promise<OwnPatchbay> {
  const stateDir = await mkdtemp(join(tmpdir(), 'patchbay-demo-'));
  const ready = Promise.withResolvers<LocalFacts>();
  let output = '';
  let said = '';
  const launcher: LauncherProcess = startLauncher(
    ['--json', '--ports', anyPorts, '--state', stateDir, '--catalogue', demoIntegrations],
    env,
    {
      onOutput(text) {
        output += text;
        const facts = factsIn(output);
        if (facts !== null) ready.resolve({ ...facts, stateDir });
      },
      onError(text) {
        said = `${said}${text}`.slice(-2_000);
      },
    },
  );
  const stop = async () => {
    launcher.stop();
    await launcher.ended;
    await rm(stateDir, { recursive: true, force: true });
  };
  void launcher.ended.then((code) =>
    ready.reject(new Error(`Patchbay could not be started (exit ${code}).\n${said.trim()}`)),
  );
  const interrupted = () => ready.reject(new Error('Interrupted while Patchbay was starting.'));
  const stopListening = onInterrupt(interrupt, interrupted);
  try {
    return { facts: await ready.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    stopListening();
  }
}

/** The launcher's one line of JSON, once it is whole. */
function factsIn(output: string): Omit<LocalFacts, 'stateDir'> | null {
  const [line, ...rest] = output.split('\n');
  if (rest.length === 0) return null;
  return (JSON.parse(line as string) as { facts: Omit<LocalFacts, 'stateDir'> }).facts;
}
